(* For eva.py: every statement and whether Eva reaches it, and every alarm, a line each. A function of a header has
   the name that it has there, though each file has its copy. *)
open Cil_types

let place (kf : kernel_function) pos =
  Format.sprintf "%s\t%s\t%d"
    (Filename.basename (Filepath.Normalized.to_pretty_string pos.Filepath.pos_path))
    (Kernel_function.get_vi kf).vorig_name pos.Filepath.pos_lnum

let tell_statement kf called number stmt =
  let reached = called && Db.Value.is_reachable_stmt stmt in
  Format.printf "STATEMENT\t%s\t%d\t%b@."
    (place kf (fst (Cil_datatype.Stmt.loc stmt))) number reached

let tell_function fundec =
  let kf = Globals.Functions.get fundec.svar in
  List.iteri (tell_statement kf (!Db.Value.is_called kf)) fundec.sallstmts

let tell_alarm _ kf stmt ~rank:_ alarm _ =
  let predicate = Alarms.create_predicate alarm in
  Format.printf "ALARM\t%s\t%s\t%a@." (place kf (fst (Cil_datatype.Stmt.loc stmt)))
    (Alarms.get_name alarm) Printer.pp_predicate predicate

let tell () =
  Format.set_margin 10000;
  Globals.Functions.iter_on_fundecs tell_function;
  Alarms.iter tell_alarm

let () = Db.Main.extend tell

(* Steps the model along a trace of the real kernel core (lockstep.c) and compares the states after each entry.
   Usage: lockstep-oracle PAIRS MINIMUM < TRACE

   The trace is 64-bit words. Numbers of the model are native integers here, so a word of 2^61 or more stands for
   itself by 2^61 and its lower 48 bits: as an argument it is as far beyond every bound, and as misaligned. *)
open Model

let buffer = Bytes.create 65536
let filled = ref 0
let taken = ref 0
let word64 () =
  if !taken = !filled then begin
    let n = input stdin buffer 0 65536 in
    if n = 0 then (prerr_endline "the trace ends too early"; exit 2);
    let rest = (8 - n mod 8) mod 8 in
    really_input stdin buffer n rest;
    filled := n + rest; taken := 0
  end;
  let v = Bytes.get_int64_le buffer !taken in
  taken := !taken + 8; v
let narrow v =
  if Int64.compare v 0L >= 0 && Int64.compare v 0x2000000000000000L < 0 then Int64.to_int v
  else 0x2000000000000000 + Int64.to_int (Int64.logand v 0xffffffffffffL)
let word () = narrow (word64 ())
let words n = Array.init n (fun _ -> word ())

(* ---- The table, read from the words that the kernel booted ---- *)
let header_words = 12
let get a i d = if i >= 0 && i < Array.length a then a.(i) else d
type sizes = { tasks : int; slots : int array; arena : int array; windows : int; extents : extent array }

let kind_of = function
  | 1 -> KPort | 2 -> KRegion | 3 -> KMmio | 5 -> KDma | 6 -> KConsole | 7 -> KPower | 8 -> KFactory | 9 -> KTask | _ -> KNone
let rows w at count width = Array.init count (fun r -> Array.sub w (at + r * width) width)

let read_table () =
  let w = words (word ()) in
  let nt = w.(7) and nm = w.(8) and nmaps = w.(9) and ns = w.(10) and nw = w.(11) in
  let at_m = header_words + nt * 9 in
  let at_maps = at_m + nm * 6 in
  let at_s = at_maps + nmaps * 4 in
  let at_w = at_s + ns * 9 in
  let tasks = rows w header_words nt 9 and memories = rows w at_m nm 6 and maps = rows w at_maps nmaps 4
  and slots = rows w at_s ns 9 and wins = rows w at_w nw 5 in
  let field a f = fun i -> if i >= 0 && i < Array.length a then a.(i).(f) else 0 in
  let first = Array.make (nt + 1) 0 in
  Array.iteri (fun t r -> first.(t + 1) <- first.(t) + r.(6)) tasks;
  let row t i = if t < nt && i < tasks.(t).(6) then Some slots.(first.(t) + i) else None in
  let first_words = Array.map (fun r -> words r.(1)) memories in
  let inp = word () in let queues = word () in
  let extents = Array.mapi (fun m r ->
    let flag b = r.(2) land b <> 0 in
    { e_owner = r.(3); e_pages = r.(1); e_phys = r.(0); e_text = flag 1; e_shared = flag 2; e_keep = flag 4; e_dma = flag 8;
      e_word = (fun i -> get first_words.(m) i 0) }) memories in
  let no_extent = { e_owner = 0; e_pages = 0; e_phys = 0; e_text = false; e_shared = false; e_keep = false; e_dma = false;
                    e_word = (fun _ -> 0) } in
  let none = { kd = KNone; rights = 0; object0 = 0; badge = 0; bits = 0 } in
  let table = {
    t_tasks = nt; t_init = w.(6); t_level = field tasks 0; t_slots = field tasks 6; t_arena = field tasks 8; t_sp = field tasks 2;
    t_boot = (fun t i -> match row t i with
      | Some r when r.(1) = 0 -> { kd = kind_of r.(2); rights = r.(3); object0 = r.(4); badge = r.(5); bits = r.(6) }
      | _ -> none);
    t_ceiling = (fun t i -> match row t i with
      | Some r when r.(1) = 1 -> Some { c_rights = r.(3); c_class = r.(4); c_base = r.(7); c_bytes = r.(8); c_bits = r.(6) }
      | _ -> None);
    t_windows = nw; t_base = field wins 0; t_pages = (fun i -> field wins 1 i / 4096); t_irq = field wins 2;
    t_virtio = (fun i -> field wins 3 i = 1); t_class = field wins 4;
    t_extents = nm; t_extent = (fun m -> get extents m no_extent);
    t_maps = Array.to_list (Array.map (fun r ->
      { m_task = r.(0); m_memory = r.(1); m_page = (r.(2) - 0x100000000 - r.(0) * 0x10000000) / 4096; m_prot = r.(3) }) maps);
    t_phys = (function PIn t -> inp + 2 * t * 4096 | POut t -> inp + (2 * t + 1) * 4096 | PQueue (v, q) -> queues + (2 * v + q) * 4096
                     | _ -> 0) } in
  table, { tasks = nt; slots = Array.map (fun r -> r.(6)) tasks; arena = Array.map (fun r -> r.(8)) tasks; windows = nw; extents }

(* ---- The model's state, kept flat: functions become arrays again after each step ---- *)
let flat n f = let a = Array.init n f in fun i -> if i >= 0 && i < n then a.(i) else f i
let flat_rows ns f =
  let a = Array.mapi (fun t n -> Array.init n (f t)) ns in
  fun t i -> if t >= 0 && t < Array.length a && i >= 0 && i < Array.length a.(t) then a.(t).(i) else f t i
let flat_queue q =
  let n = q.q_size in { q with q_chain = flat n q.q_chain; q_busy = flat n q.q_busy; q_desc = flat n q.q_desc }
let flat_pages size none f =
  let m = Array.mapi (fun m e -> Array.init e.e_pages (fun i -> f (PMem (m, i)))) size.extents in
  let i = Array.init size.tasks (fun t -> f (PIn t)) and o = Array.init size.tasks (fun t -> f (POut t)) in
  function PMem (a, b) -> m.(a).(b) | PIn t -> i.(t) | POut t -> o.(t) | PWin _ | PQueue _ -> none
let settle size before s =
  let keep old now make = if old == now then now else make now in
  let a = s.au and b = before.au in
  let twos = Array.make size.windows 2 in
  let au = if a == b then a else {
    sl = keep b.sl a.sl (flat_rows size.slots); wn = keep b.wn a.wn (flat size.windows);
    mp = keep b.mp a.mp (flat_rows (Array.map (fun n -> n + 5) size.arena));
    qs = keep b.qs a.qs (fun f -> flat_rows twos (fun w q -> flat_queue (f w q))) } in
  { s with au; tk = keep before.tk s.tk (flat size.tasks); se = keep before.se s.se (flat_rows size.slots);
           kept = keep before.kept s.kept (flat (Array.length size.extents)); mem = keep before.mem s.mem (flat_pages size (Written 0));
           dv = keep before.dv s.dv (flat size.windows); last = keep before.last s.last (flat size.tasks) }

(* ---- What both sides tell of their state, in the same order (lockstep.c, project) ---- *)
let view = ref [||]
let at = ref 0
let put v =
  if !at >= Array.length !view then view := Array.append !view (Array.make 4096 0);
  !view.(!at) <- v; incr at
let low60 = 0xfffffffffffffff
let mix h v = (h * 31 + v) land low60
let num b = if b then 1 else 0
let ending_num = function ETimeout -> 0 | EDied -> 1 | EGone -> 2 | ENotified -> 3

let put_task s t =
  let k = s.tk t in
  put (life_code k.k_life);
  let w, server, slot, x = match k.k_wait with
    | WNone -> 0, 0, 0, 0 | WRecv -> 1, 0, 0, 0 | WBits m -> 2, 0, 0, m
    | WQueued (o, _) -> 3, o.o_server, o.o_slot, 0 | WServed (o, n) -> 4, o.o_server, 0, n in
  put w; put server; put slot; put x;
  put (num k.k_ready); put k.k_gen; put k.k_bits; put k.k_peers; put (if w = 0 then 0 else ending_num k.k_ending);
  put (List.length k.k_todo); put k.k_exit;
  let (cause, pc), address = k.k_fault in
  put cause; put pc; put address; put k.k_sp;
  if w = 0 && k.k_life = Running then begin
    let c, outs = k.k_ret in
    put (64 + code c); List.iter put outs;
    for _ = List.length outs to 6 do put 0 done
  end else for _ = 0 to 7 do put 0 done
let put_slot s t i =
  let c = s.au.sl t i in
  put (kind_code c.kd); put c.rights; put c.object0; put c.badge; put c.bits; put (s.se t i)
let put_queue table s w q =
  let x = s.au.qs w q in
  put x.q_size;
  let h = ref 0 in
  for d = 0 to x.q_size - 1 do
    h := mix (mix !h (x.q_chain d)) (num (x.q_busy d));
    if x.q_busy d then begin
      let e = x.q_desc d in
      h := mix !h ((table.t_extent e.d_memory).e_phys + e.d_offset);
      h := mix (mix !h e.d_bytes) (num e.d_write * 2 + num e.d_more)
    end
  done;
  put (if x.q_size = 0 then 0 else x.q_avail); put (if x.q_size = 0 then 0 else x.q_used); put !h;
  (* what the device was told: descriptors, available ring, used ring *)
  put (if x.q_size = 0 then 0 else
    let at = table.t_phys (PQueue (w, q)) in mix (mix (mix (mix 1 x.q_size) at) (at + 2048)) (at + 2560))
let put_window table s w =
  let x = s.au.wn w in
  let opened = match x.w_owner with
    | None -> put 0; put 0; false
    | Some (t, i) -> put (t + 1); put (i + 1); (s.au.sl t i).bits <> 0 in
  put x.w_class; put (num x.w_live); put (num x.w_claimed); put x.w_word;
  put (num opened); put (num x.w_claimed);
  put_queue table s w 0; put_queue table s w 1
let project table size s =
  let put_page p = put (page_word table p (s.mem p)) in
  at := 0;
  for t = 0 to size.tasks - 1 do
    put_task s t; put_page (PIn t); put_page (POut t);
    for p = 0 to size.arena.(t) - 1 do put (entry table (s.au.mp t (5 + p))) done;
    for i = 0 to size.slots.(t) - 1 do put_slot s t i done
  done;
  for w = 0 to size.windows - 1 do put_window table s w done;
  Array.iteri (fun m e ->
    put (num (s.kept m));
    if not e.e_text then for i = 0 to e.e_pages - 1 do put_page (PMem (m, i)) done) size.extents;
  put (match s.halted with None -> 0 | Some c -> c + 1)

let task_fields = [| "life"; "wait"; "server"; "call slot"; "token or mask"; "ready"; "generation"; "bits"; "peers"; "ending";
  "pages to restore"; "exit code"; "fault cause"; "fault pc"; "fault address"; "sp"; "a0 + 64"; "a1"; "a2"; "a3"; "a4"; "a5"; "a6"; "a7";
  "IN word"; "OUT word" |]
let slot_fields = [| "kind"; "rights"; "object"; "badge"; "bits"; "session" |]
let window_fields = [| "owner + 1"; "slot + 1"; "class"; "live"; "claimed"; "feature word"; "line open"; "line claimed"; "queue 0 size";
  "queue 0 available"; "queue 0 used"; "queue 0 descriptors"; "queue 0 as told"; "queue 1 size"; "queue 1 available"; "queue 1 used";
  "queue 1 descriptors"; "queue 1 as told" |]
let name_of size index =
  let i = ref index and name = ref "" in
  let within n f = if !name = "" then (if !i < n then name := f !i else i := !i - n) in
  for t = 0 to size.tasks - 1 do
    within 26 (fun f -> Printf.sprintf "task %d: %s" t task_fields.(f));
    within size.arena.(t) (fun p -> Printf.sprintf "task %d: arena page %d" t p);
    within (6 * size.slots.(t)) (fun f -> Printf.sprintf "task %d: slot %d: %s" t (f / 6) slot_fields.(f mod 6))
  done;
  for w = 0 to size.windows - 1 do within 18 (fun f -> Printf.sprintf "window %d: %s" w window_fields.(f)) done;
  Array.iteri (fun m e -> within (1 + if e.e_text then 0 else e.e_pages) (fun f ->
    Printf.sprintf "extent %d: %s" m (if f = 0 then "kept" else Printf.sprintf "page %d" (f - 1)))) size.extents;
  if !name = "" then "power" else !name

(* ---- The trace ---- *)
let call_names = [| "null"; "yield"; "recv"; "reply"; "reply_recv"; "notify"; "wait"; "peers_changed"; "call"; "exit"; "cap_query";
  "console_write"; "power"; "task_start"; "task_stop"; "task_reset_step"; "task_inspect"; "device_cap_create"; "cap_transfer_to"; "cap_revoke";
  "cap_drop"; "mmio_map"; "unmap"; "irq_ack"; "dev_write"; "dev_queue"; "dev_post"; "unknown" |]
let calls = Array.length call_names
let deadline = function 0 -> Poll | 1 -> Past | _ -> Later
let call_of number (x : int array) descs =
  let ws = [ x.(2); x.(3); x.(4); x.(5) ] in
  match number with
  | 0 -> Null | 1 -> Yield | 2 -> Recv (deadline x.(0)) | 3 -> Reply (x.(0), x.(1), ws)
  | 4 -> ReplyRecv (x.(0), x.(1), ws, deadline x.(6)) | 5 -> Notify (x.(0), x.(1)) | 6 -> Wait (x.(0), deadline x.(1))
  | 7 -> PeersChanged | 8 -> Call (x.(0), x.(1), ws, deadline x.(6)) | 9 -> Exit x.(0) | 10 -> CapQuery x.(0) | 11 -> ConsoleWrite (x.(0), x.(1))
  | 12 -> Power (x.(0), x.(1)) | 13 -> TaskStart (x.(0), x.(1)) | 14 -> TaskStop (x.(0), x.(1), x.(2))
  | 15 -> TaskResetStep (x.(0), x.(1)) | 16 -> TaskInspect (x.(0), x.(1), x.(2), x.(3))
  | 17 -> CapCreate (x.(0), x.(1), x.(2), x.(3), x.(4)) | 18 -> CapTransfer (x.(0), x.(1), x.(2), x.(3))
  | 19 -> CapRevoke (x.(0), x.(1), x.(2)) | 20 -> CapDrop x.(0) | 21 -> MmioMap (x.(0), x.(1), x.(2), x.(3)) | 22 -> Unmap x.(0)
  | 23 -> IrqAck x.(0) | 24 -> DevWrite (x.(0), x.(1), x.(2)) | 25 -> DevQueue (x.(0), x.(1), x.(2), x.(3))
  | 26 -> DevPost (x.(0), x.(1), x.(2), x.(3), descs) | _ -> Unknown

let history = Array.make 16 ""
let entries = ref 0
let remember text = history.(!entries mod 16) <- text; incr entries
let compared = ref 0
let made = ref 0

let counts = Array.make_matrix calls 64 0 (* the code + 48 *)
let returned = Array.make calls 0
let no_return = Array.make calls 0
let pending = Array.make 64 (-1, 0)

(* Calls that came back are counted by their result, as the model has it, which the kernel has too. *)
let count_returns size s =
  for t = 0 to size.tasks - 1 do
    let number, generation = pending.(t) in
    if number >= 0 then begin
      let k = s.tk t in
      if k.k_life <> Running || k.k_gen <> generation then
        (no_return.(number) <- no_return.(number) + 1; pending.(t) <- (-1, 0))
      else if k.k_wait = WNone then begin
        let c = 48 + code (fst k.k_ret) in
        counts.(number).(c) <- counts.(number).(c) + 1;
        pending.(t) <- (-1, 0)
      end
    end
  done

exception Differs of string

let worlds = ref 0
let world () =
  let table, size = read_table () in
  incr worlds;
  if not (valid table) then raise (Differs "the model refuses a table that the kernel accepted");
  let inwords = words size.tasks in let outwords = words size.tasks in let rubbish = word () in
  let mem = function PIn t -> get inwords t 0 | POut t -> get outwords t 0 | _ -> rubbish in
  let never = boot table mem in
  let base = { never with tk = (fun t -> never.tk t) } in
  let state = ref (settle size { base with tk = (fun _ -> raise Exit); se = (fun _ _ -> 0); kept = (fun _ -> false);
                     mem = (fun _ -> Initial); dv = (fun _ -> raise Exit); last = (fun _ -> 0);
                     au = { sl = (fun _ _ -> raise Exit); wn = (fun _ -> raise Exit); mp = (fun _ _ -> None); qs = (fun _ _ -> raise Exit) } } base) in
  let mirror = Array.make 16384 0 in
  Array.fill pending 0 64 (-1, 0);
  let go e = state := settle size !state (step table !state e) in
  let compare () =
    for _ = 1 to word () do
      let i = word () in mirror.(i) <- word ()
    done;
    project table size !state;
    incr compared;
    let v = !view in
    for i = 0 to !at - 1 do
      if v.(i) <> mirror.(i) then raise (Differs (Printf.sprintf "%s: kernel 0x%x, model 0x%x" (name_of size i) mirror.(i) v.(i)))
    done;
    count_returns size !state in
  (* What is as new in the model must be so in all its bytes. *)
  let content text p =
    let is_new = word () = 1 in
    if !state.mem p = Initial && not is_new then raise (Differs (text ^ ": the model says that it is as new")) in
  let full () =
    for t = 0 to size.tasks - 1 do
      let h = ref 0 in
      for p = 0 to 511 do h := mix !h (entry table (translate table !state t p)) done;
      if !h <> word () then raise (Differs (Printf.sprintf "task %d: page tables" t));
      content (Printf.sprintf "task %d: IN page" t) (PIn t);
      content (Printf.sprintf "task %d: OUT page" t) (POut t)
    done;
    Array.iteri (fun m e ->
      if not e.e_text then for i = 0 to e.e_pages - 1 do
        content (Printf.sprintf "extent %d: page %d" m i) (PMem (m, i))
      done) size.extents in
  let device () =
    let w = word () in
    let old = !state.dv w in
    let cls = word () in let resets = word () in let m0 = word () in let m1 = word () in let reasons = word () in
    let i0 = word () in let i1 = word () in
    let d = ref { v_class = cls; v_resets = resets = 1; v_most = (fun q -> if q = 0 then m0 else m1); v_reasons = reasons;
                  v_index = (fun q -> if q = 0 then i0 else i1); v_ring = old.v_ring } in
    for _ = 1 to word () do
      let q = word () in let pos = word () in let id = word () in
      let ring = !d.v_ring in
      d := { !d with v_ring = (fun r i -> if r = q && i = pos then id else ring r i) }
    done;
    let ring = flat_rows [| 128; 128 |] !d.v_ring in
    go (DeviceIs (w, { !d with v_ring = ring })) in
  let over = ref false in
  while not !over do
    match word () with
    | 2 ->
      let a = word () in let number = word () in
      let x = words 7 in
      let n = word () in
      let descs = List.init n (fun _ -> let offset = word () in let w = word () in offset, w) in
      let number = if number >= calls then calls - 1 else number in
      remember (Printf.sprintf "task %d: %s(%s)" a call_names.(number)
        (String.concat ", " (Array.to_list (Array.map (Printf.sprintf "0x%x") x))));
      incr made;
      returned.(number) <- returned.(number) + 1;
      if not (can_run table !state a) then raise (Differs "a task calls that cannot run");
      pending.(a) <- (number, (!state.tk a).k_gen);
      go (Sys (a, call_of number x descs))
    | 3 -> let a = word () in let cause = word () in let pc = word () in let address = word () in
      remember (Printf.sprintf "task %d faults" a);
      if not (can_run table !state a) then raise (Differs "a task faults that cannot run");
      go (Fault (a, cause, pc, address))
    | 4 -> let t = word () in remember (Printf.sprintf "a wait of task %d ends" t); go (Expire t)
    | 5 -> let line = word () in remember (Printf.sprintf "line %d interrupts" line); go (Interrupt line)
    | 6 -> let a = word () in let p = word () in let v = word () in
      remember (Printf.sprintf "task %d writes to page %d" a p); go (Store (a, p, v))
    | 7 -> go (Drain (word ()))
    | 8 -> device ()
    | 9 -> compare ()
    | 10 -> full ()
    | 11 -> over := true
    | n -> raise (Differs (Printf.sprintf "unknown record %d" n))
  done

(* ---- The pairs of call and result code ---- *)
let statuses = [ OK; NOTIFIED; BAD_CALL; BAD_SLOT; EMPTY_SLOT; WRONG_KIND; NO_RIGHT; BAD_TAG; TIMEOUT; STALE; PEER_DIED;
  PEER_RESTARTED; PEER_GONE; BAD_BITS; BAD_TASK; BAD_STATE; NOT_RESET; BAD_LENGTH; BAD_INDEX; DROPPED; OCCUPIED; UNDECLARED;
  OUTSIDE_WINDOWS; OWNED; WRONG_CLASS; BEYOND_CLASS; BEYOND_BOUNDS; BEYOND_RIGHTS; MAPPED; EXECUTABLE; BAD_PROT;
  UNALIGNED_ADDRESS; UNALIGNED_OFFSET; OUTSIDE_WINDOW; OUTSIDE_ARENA; ALREADY_MAPPED; NOT_MAPPED; NO_INTERRUPT; NOT_CLAIMED;
  BAD_REGISTER; BAD_VALUE; STUCK; BAD_QUEUE; BAD_SIZE; QUEUE_SET_UP; NOT_LIVE; IN_FLIGHT; BAD_DESCRIPTOR; OUTSIDE_REGION ]

(* Each line: a code's number, its name, the calls that can answer it, and why no other can. *)
let check_pairs path minimum =
  let file = open_in path in
  let failures = ref 0 and pairs = ref 0 and least = ref max_int and least_name = ref "" in
  let fail text = incr failures; Printf.printf "FAIL %s\n" text in
  let seen = Hashtbl.create 64 in
  (try while true do
    let line = input_line file in
    if line <> "" && line.[0] <> '#' then
      match List.map String.trim (String.split_on_char '|' line) with
      | [ number; name; who; reason ] when reason <> "" ->
        let c = int_of_string number in
        Hashtbl.replace seen c ();
        let listed = List.filter (( <> ) "") (String.split_on_char ' ' who) in
        List.iter (fun n -> if not (Array.mem n call_names) then fail (Printf.sprintf "%s: no call is named %s" name n)) listed;
        Printf.printf "%-18s" name;
        Array.iteri (fun i call ->
          let n = counts.(i).(48 + c) in
          if List.mem call listed then begin
            incr pairs;
            if n < !least then (least := n; least_name := call ^ " " ^ name);
            if n < minimum then fail (Printf.sprintf "%s answers %s only %d times" call name n);
            Printf.printf " %s:%d" call n
          end else if n > 0 then fail (Printf.sprintf "%s answers %s, which cannot be: %s" call name reason)) call_names;
        print_newline ()
      | _ -> fail ("unreadable: " ^ line)
  done with End_of_file -> ());
  List.iter (fun s -> if not (Hashtbl.mem seen (code s)) then fail (Printf.sprintf "status %d is not in the list" (code s))) statuses;
  Array.iteri (fun i n -> if no_return.(i) > 0 then Printf.printf "%s: %d did not come back\n" call_names.(i) n) no_return;
  Printf.printf "%d pairs of call and result code occur, %s the least often, %d times; the other %d cannot and did not\n"
    !pairs !least_name !least (calls * Hashtbl.length seen - !pairs);
  !failures = 0

let () =
  let path = Sys.argv.(1) and minimum = int_of_string Sys.argv.(2) in
  (try
    let over = ref false in
    while not !over do
      match word () with
      | 1 -> world ()
      | 0 -> over := true
      | n -> raise (Differs (Printf.sprintf "unknown record %d between worlds" n))
    done
  with Differs text ->
    Printf.printf "MISMATCH in world %d after %d calls: %s\n" !worlds !made text;
    for i = max 0 (!entries - 16) to !entries - 1 do Printf.printf "  %s\n" history.(i mod 16) done;
    exit 1);
  let good = check_pairs path minimum in
  Printf.printf "%d calls in %d worlds, states equal after each of %d entries\n" !made !worlds !compared;
  exit (if good then 0 else 1)

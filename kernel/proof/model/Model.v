(* The capability system as shipped: what the kernel's state means for authority, and what every entry into
   the kernel does to it, with the result codes in the order in which docs/kernel.md gives them.

   Which task runs is not part of it: any running task that waits for nothing may make the next step, so what
   holds here holds under every schedule. Time is an event (Expire). Devices are the environment: the facts
   about them that the kernel reads are in [dv] and change by events. *)
From Coq Require Import NArith ZArith List Bool.
Import ListNotations.
Open Scope N_scope.

Inductive kind := KNone | KPort | KRegion | KMmio | KDma | KConsole | KPower | KFactory | KTask.
Definition kind_eq (a b : kind) : {a = b} + {a <> b}.
Proof. decide equality. Defined.

(* Rights and other sets of bits. *)
Definition CALL := 1. Definition NOTIFY := 2. Definition READ := 4. Definition WRITE := 8.
Definition MAP := 16. Definition IRQ := 32. Definition DEVICE := 60.
Definition sub (a b : N) : bool := N.land a b =? a.
Definition bit (i : N) : N := 2 ^ i.

Inductive status :=
| OK | NOTIFIED | BAD_CALL | BAD_SLOT | EMPTY_SLOT | WRONG_KIND | NO_RIGHT | BAD_TAG | TIMEOUT | STALE | PEER_DIED
| PEER_RESTARTED | PEER_GONE | BAD_BITS | BAD_TASK | BAD_STATE | NOT_RESET | BAD_LENGTH | BAD_INDEX | DROPPED
| OCCUPIED | UNDECLARED | OUTSIDE_WINDOWS | OWNED | WRONG_CLASS | BEYOND_CLASS | BEYOND_BOUNDS | BEYOND_RIGHTS
| MAPPED | EXECUTABLE | BAD_PROT | UNALIGNED_ADDRESS | UNALIGNED_OFFSET | OUTSIDE_WINDOW | OUTSIDE_ARENA
| ALREADY_MAPPED | NOT_MAPPED | NO_INTERRUPT | NOT_CLAIMED | BAD_REGISTER | BAD_VALUE | STUCK | BAD_QUEUE
| BAD_SIZE | QUEUE_SET_UP | NOT_LIVE | IN_FLIGHT | BAD_DESCRIPTOR | OUTSIDE_REGION.

Record cap := Cap { kd : kind; rights : N; object : N; badge : N; bits : N }.
Definition nothing := Cap KNone 0 0 0 0.
Definition is_nothing (c : cap) : bool :=
  (if kind_eq (kd c) KNone then true else false) && (rights c =? 0) && (object c =? 0) && (badge c =? 0) && (bits c =? 0).

(* A page of memory or of a device, whatever its address is. *)
Inductive page := PMem (m i : N) | PIn (t : N) | POut (t : N) | PWin (w i : N) | PQueue (w q : N).
Definition page_eq (a b : page) : {a = b} + {a <> b}.
Proof. decide equality; apply N.eq_dec. Defined.
(* What a page holds: all that a reset puts there, or something was written since, and then the first word of it. *)
Inductive content := Initial | Written (first : N).

(* ---- The table ---- *)
Record ceiling := Ceiling { c_rights : N; c_class : N; c_base : N; c_bytes : N; c_bits : N }.
Record extent := Extent { e_owner : N; e_pages : N; e_phys : N; e_text : bool; e_shared : bool; e_keep : bool;
                          e_dma : bool; e_word : N -> N (* what page i begins with *) }.
Record mapping := Mapping { m_task : N; m_memory : N; m_page : N; m_prot : N }.
Record table := Table {
  t_tasks : N; t_init : N; t_level : N -> N; t_slots : N -> N; t_arena : N -> N; t_sp : N -> N;
  t_boot : N -> N -> cap; t_ceiling : N -> N -> option ceiling;
  t_windows : N; t_base : N -> N; t_pages : N -> N; t_irq : N -> N; t_virtio : N -> bool; t_class : N -> N;
  t_extents : N; t_extent : N -> extent; t_maps : list mapping;
  t_phys : page -> N (* where the kernel's own pages are *) }.

Definition PAGE := 4096. Definition SPAN_PAGES := 65536. Definition ARENA := 5.
Definition user_base (t : N) := 0x100000000 + t * 0x10000000.
Definition PROT_R := 1. Definition PROT_RW := 3. Definition PROT_RX := 5.

Fixpoint upto (n : nat) : list N :=
  match n with O => [] | S k => upto k ++ [N.of_nat k] end.
Definition below (n : N) : list N := upto (N.to_nat n).

Definition boot_cap (T : table) (t i : N) : cap :=
  if (t <? t_tasks T) && (i <? t_slots T t) then t_boot T t i else nothing.
Definition ceiling_of (T : table) (t i : N) : option ceiling :=
  if (t <? t_tasks T) && (i <? t_slots T t) then t_ceiling T t i else None.

(* What the table maps, for ever: the message pages and the extents. *)
Definition covers (T : table) (t p : N) (m : mapping) : bool :=
  (m_task m =? t) && (m_page m <=? p) && (p - m_page m <? e_pages (t_extent T (m_memory m))).
Definition fixed_map (T : table) (t p : N) : option (page * N) :=
  if p =? 1 then Some (PIn t, PROT_RW) else
  if p =? 3 then Some (POut t, PROT_RW) else
  match find (covers T t p) (t_maps T) with
  | Some m => Some (PMem (m_memory m) (p - m_page m), m_prot m)
  | None => None
  end.
Definition in_arena (T : table) (t p : N) : bool := (ARENA <=? p) && (p - ARENA <? t_arena T t).

(* The rules of table_validate() that authority rests on. *)
Definition valid_cap (T : table) (t i : N) : bool :=
  let c := t_boot T t i in
  match t_ceiling T t i with
  | Some l => is_nothing c && sub (c_rights l) DEVICE && sub MAP (c_rights l)
  | None =>
    match kd c with
    | KMmio => false
    | KPort => (object c <? t_tasks T) && negb (object c =? t) && sub (rights c) (CALL + NOTIFY) &&
               (negb (sub CALL (rights c)) || (t_level T t <? t_level T (object c)))
    | KDma => (object c <? t_extents T) && (e_owner (t_extent T (object c)) =? t) && e_dma (t_extent T (object c))
              && negb (e_text (t_extent T (object c))) && sub (rights c) (READ + WRITE)
    | KFactory | KTask => t =? t_init T
    | KNone => is_nothing c
    | _ => true
    end
  end.
Definition valid_map (T : table) (m : mapping) : bool :=
  let e := t_extent T (m_memory m) in
  (m_memory m <? t_extents T) && (ARENA + t_arena T (m_task m) <? m_page m) &&
  (if m_prot m =? PROT_RX then e_text e else (m_prot m =? PROT_R) || ((m_prot m =? PROT_RW) && negb (e_text e))) &&
  ((e_owner e =? m_task m) || e_shared e).
Definition valid_extent (T : table) (m : N) : bool :=
  let e := t_extent T m in
  (e_owner e <? t_tasks T) && (negb (e_text e) || (negb (e_keep e) && negb (e_shared e) && negb (e_dma e))) &&
  forallb (fun n => (n <=? m) || (e_phys e + e_pages e * PAGE <=? e_phys (t_extent T n))) (below (t_extents T)).
Definition valid_window (T : table) (w : N) : bool :=
  forallb (fun v => (v <=? w) || (t_base T w + t_pages T w * PAGE <=? t_base T v)) (below (t_windows T)) &&
  (if t_virtio T w then true else negb (t_class T w =? 0)).
Definition valid (T : table) : bool :=
  (t_init T <? t_tasks T) &&
  forallb (fun t => forallb (valid_cap T t) (below (t_slots T t))) (below (t_tasks T)) &&
  forallb (valid_map T) (t_maps T) && forallb (valid_extent T) (below (t_extents T)) &&
  forallb (valid_window T) (below (t_windows T)).

(* ---- The state ---- *)
Inductive life := Created | Running | Faulted | Stopped | GivenUp.
Definition life_eq (a b : life) : {a = b} + {a <> b}.
Proof. decide equality. Defined.

Record open := Open { o_server : N; o_slot : N; o_tag : N; o_words : list N }.
Inductive wait := WNone | WRecv | WBits (mask : N) | WQueued (o : open) (arrival : N) | WServed (o : open) (token : N).
Inductive ending := ETimeout | EDied | EGone | ENotified.

Record task := Task {
  k_life : life; k_gen : N; k_ready : bool; k_wait : wait; k_ending : ending; k_bits : N; k_peers : N;
  k_todo : list page; (* pages to restore before it may start *)
  k_ret : status * list N; (* what its registers say *)
  k_exit : N; k_fault : N * N * N; k_sp : N }.
Record window := Window { w_owner : option (N * N); w_class : N; w_live : bool; w_claimed : bool; w_word : N }.
Record desc := Desc { d_memory : N; d_offset : N; d_bytes : N; d_write : bool; d_more : bool }.
Record queue := Queue { q_size : N; q_task : N; q_avail : N; q_used : N; q_chain : N -> N; q_busy : N -> bool;
                        q_desc : N -> desc }.
Definition no_queue := Queue 0 0 0 0 (fun _ => 0) (fun _ => false) (fun _ => Desc 0 0 0 false false).

(* Authority. *)
Record authority := Authority {
  sl : N -> N -> cap;                (* slot of a task *)
  wn : N -> window;
  mp : N -> N -> option (page * N);  (* page of the arena of a task *)
  qs : N -> N -> queue }.

(* A device, as far as the kernel asks it. *)
Record device := Device { v_class : N; v_resets : bool; v_most : N -> N; v_reasons : N;
                          v_index : N -> N; v_ring : N -> N -> N }.
Record state := State {
  au : authority; tk : N -> task;
  se : N -> N -> N;     (* session of a slot: the server's generation when it was used; 0 *)
  kept : N -> bool; mem : page -> content; dv : N -> device;
  last : N -> N; (* the number of a task's last call, times 64 *)
  arrivals : N; con_used : N; con_dropped : N; halted : option N }.

Definition upd {A} (f : N -> A) (k : N) (v : A) : N -> A := fun i => if i =? k then v else f i.
Definition upd2 {A} (f : N -> N -> A) (k l : N) (v : A) : N -> N -> A :=
  fun i j => if (i =? k) && (j =? l) then v else f i j.
Definition updp {A} (f : page -> A) (k : page) (v : A) : page -> A := fun p => if page_eq p k then v else f p.

Definition with_au (s : state) a :=
  State a (tk s) (se s) (kept s) (mem s) (dv s) (last s) (arrivals s) (con_used s) (con_dropped s) (halted s).
Definition with_tk (s : state) x :=
  State (au s) x (se s) (kept s) (mem s) (dv s) (last s) (arrivals s) (con_used s) (con_dropped s) (halted s).
Definition with_se (s : state) x :=
  State (au s) (tk s) x (kept s) (mem s) (dv s) (last s) (arrivals s) (con_used s) (con_dropped s) (halted s).
Definition with_kept (s : state) x :=
  State (au s) (tk s) (se s) x (mem s) (dv s) (last s) (arrivals s) (con_used s) (con_dropped s) (halted s).
Definition with_mem (s : state) x :=
  State (au s) (tk s) (se s) (kept s) x (dv s) (last s) (arrivals s) (con_used s) (con_dropped s) (halted s).
Definition with_dv (s : state) x :=
  State (au s) (tk s) (se s) (kept s) (mem s) x (last s) (arrivals s) (con_used s) (con_dropped s) (halted s).
Definition with_counts (s : state) l a :=
  State (au s) (tk s) (se s) (kept s) (mem s) (dv s) l a (con_used s) (con_dropped s) (halted s).
Definition with_console (s : state) u d :=
  State (au s) (tk s) (se s) (kept s) (mem s) (dv s) (last s) (arrivals s) u d (halted s).
Definition with_halted (s : state) h :=
  State (au s) (tk s) (se s) (kept s) (mem s) (dv s) (last s) (arrivals s) (con_used s) (con_dropped s) h.

Definition k_with_wait k w :=
  Task (k_life k) (k_gen k) (k_ready k) w (k_ending k) (k_bits k) (k_peers k) (k_todo k) (k_ret k) (k_exit k) (k_fault k) (k_sp k).
Definition k_with_ending k e :=
  Task (k_life k) (k_gen k) (k_ready k) (k_wait k) e (k_bits k) (k_peers k) (k_todo k) (k_ret k) (k_exit k) (k_fault k) (k_sp k).
Definition k_with_bits k b :=
  Task (k_life k) (k_gen k) (k_ready k) (k_wait k) (k_ending k) b (k_peers k) (k_todo k) (k_ret k) (k_exit k) (k_fault k) (k_sp k).
Definition k_with_peers k p :=
  Task (k_life k) (k_gen k) (k_ready k) (k_wait k) (k_ending k) (k_bits k) p (k_todo k) (k_ret k) (k_exit k) (k_fault k) (k_sp k).
Definition k_with_ret k r :=
  Task (k_life k) (k_gen k) (k_ready k) (k_wait k) (k_ending k) (k_bits k) (k_peers k) (k_todo k) r (k_exit k) (k_fault k) (k_sp k).
Definition k_with_ready k r :=
  Task (k_life k) (k_gen k) r (k_wait k) (k_ending k) (k_bits k) (k_peers k) (k_todo k) (k_ret k) (k_exit k) (k_fault k) (k_sp k).
Definition k_with_life k l :=
  Task l (k_gen k) (k_ready k) (k_wait k) (k_ending k) (k_bits k) (k_peers k) (k_todo k) (k_ret k) (k_exit k) (k_fault k) (k_sp k).
Definition k_with_todo k t :=
  Task (k_life k) (k_gen k) (k_ready k) (k_wait k) (k_ending k) (k_bits k) (k_peers k) t (k_ret k) (k_exit k) (k_fault k) (k_sp k).
Definition k_with_exit k e :=
  Task (k_life k) (k_gen k) (k_ready k) (k_wait k) (k_ending k) (k_bits k) (k_peers k) (k_todo k) (k_ret k) e (k_fault k) (k_sp k).
Definition k_with_fault k f :=
  Task (k_life k) (k_gen k) (k_ready k) (k_wait k) (k_ending k) (k_bits k) (k_peers k) (k_todo k) (k_ret k) (k_exit k) f (k_sp k).

(* Changes one task. *)
Definition on (s : state) (t : N) (f : task -> task) : state := with_tk s (upd (tk s) t (f (tk s t))).
(* Looks at all tasks, and changes some. *)
Definition all (s : state) (f : N -> task -> task) : state := with_tk s (fun t => f t (tk s t)).

(* Its wait is over. *)
Definition awake (k : task) : task := k_with_ending (k_with_wait k WNone) ETimeout.
Definition returns (c : status) (outs : list N) (k : task) : task := k_with_ret k (c, outs).

(* ---- Authority: the only ways in which it changes ---- *)

(* The device in a window stopped: its queues are gone. *)
Definition is_queue_of (w : N) (m : option (page * N)) : bool :=
  match m with Some (PQueue v _, _) => v =? w | _ => false end.
Definition is_page_of (w : N) (m : option (page * N)) : bool :=
  match m with Some (PQueue v _, _) | Some (PWin v _, _) => v =? w | _ => false end.
Definition forget (P : option (page * N) -> bool) (m : N -> N -> option (page * N)) : N -> N -> option (page * N) :=
  fun t p => if P (m t p) then None else m t p.
Definition w_with (a : window) live word := Window (w_owner a) (w_class a) live (w_claimed a) word.

Definition a_reset (a : authority) (w : N) (stops : bool) : authority :=
  let wn' := upd (wn a) w (w_with (wn a w) false 0) in
  if stops then Authority (sl a) wn' (forget (is_queue_of w) (mp a)) (fun v q => if v =? w then no_queue else qs a v q)
  else Authority (sl a) wn' (mp a) (qs a).

Definition interrupt_bits (T : table) (t i r : N) : N :=
  if sub IRQ r then match ceiling_of T t i with Some l => c_bits l | None => 0 end else 0.

(* Slot i of task t holds window w, which nobody held. *)
Definition a_hold (T : table) (a : authority) (w t i r class : N) : authority :=
  let o := wn a w in
  Authority (upd2 (sl a) t i (Cap KMmio r w 0 (interrupt_bits T t i r)))
            (upd (wn a) w (Window (Some (t, i)) class (w_live o) false (w_word o))) (mp a) (qs a).

(* Nobody holds window w any more. *)
Definition a_free (a : authority) (w : N) : authority :=
  match w_owner (wn a w) with
  | Some (t, i) =>
      Authority (upd2 (sl a) t i nothing)
                (upd (wn a) w (Window None (w_class (wn a w)) (w_live (wn a w)) false (w_word (wn a w)))) (mp a) (qs a)
  | None => a
  end.

Definition a_unmap_window (a : authority) (w : N) : authority :=
  Authority (sl a) (wn a) (forget (is_page_of w) (mp a)) (qs a).

Definition a_release (a : authority) (w : N) (stops : bool) : authority :=
  a_free (a_unmap_window (a_reset a w stops) w) w.

Definition a_map (a : authority) (t p : N) (m : option (page * N)) : authority :=
  Authority (sl a) (wn a) (upd2 (mp a) t p m) (qs a).
Definition a_queue (a : authority) (w q : N) (x : queue) : authority :=
  Authority (sl a) (wn a) (mp a) (upd2 (qs a) w q x).
Definition a_window (a : authority) (w : N) (x : window) : authority :=
  Authority (sl a) (upd (wn a) w x) (mp a) (qs a).

Definition owned_by (t : N) (x : window) : bool := match w_owner x with Some (o, _) => o =? t | None => false end.
Definition release_all (T : table) (s : state) (t : N) : state :=
  with_au s (fold_left (fun a w => if owned_by t (wn a w) then a_release a w (v_resets (dv s w)) else a)
                       (below (t_windows T)) (au s)).

(* ---- Notifications ---- *)
Definition awaited (k : task) : N :=
  match k_wait k with WRecv => k_bits k | WBits mask => N.land (k_bits k) mask | _ => 0 end.
Definition take (b : N) (k : task) : task := k_with_bits (returns NOTIFIED [b] k) (N.ldiff (k_bits k) b).
Definition deliver_bits (k : task) : task := if awaited k =? 0 then k else awake (take (awaited k) k).
Definition set_bits (b : N) (k : task) : task := deliver_bits (k_with_bits k (N.lor (k_bits k) b)).
Definition set_bits_soon (b : N) (k : task) : task :=
  let k' := k_with_bits k (N.lor (k_bits k) b) in
  if awaited k' =? 0 then k' else k_with_ending k' ENotified.
Definition lifecycle (T : table) (s : state) : state := on s (t_init T) (set_bits 1).

(* ---- Life ---- *)
Definition own_pages (T : table) (kp : N -> bool) (t : N) : list page :=
  concat (map (fun m => let e := t_extent T m in
                        if (e_owner e =? t) && negb (e_text e) && negb (kp m) then map (PMem m) (below (e_pages e)) else [])
              (rev (below (t_extents T)))) ++ [PIn t; POut t].

Definition calling (k : task) (server : N) : bool :=
  match k_wait k with WQueued o _ | WServed o _ => o_server o =? server | _ => false end.
Definition still (e : ending) : bool := match e with ETimeout => true | _ => false end.
Definition fail_callers (s : state) (server : N) (e : ending) : state :=
  all s (fun _ k => if calling k server && still (k_ending k) then k_with_ending k e else k).
Definition mourned (T : table) (s : state) (server : N) : bool :=
  existsb (fun t => calling (tk s t) server && negb (still (k_ending (tk s t)))) (below (t_tasks T)).

(* Whether a task may call another. *)
Definition client_of (T : table) (client server : N) : bool :=
  existsb (fun i => let c := boot_cap T client i in
                    match kd c with KPort => sub CALL (rights c) && (object c =? server) | _ => false end)
          (below (t_slots T client)).
Definition tell_servers (T : table) (s : state) (client : N) : state :=
  all s (fun t k => if client_of T client t
                    then set_bits_soon 2 (k_with_peers k (N.lor (k_peers k) (bit client))) else k).

Definition dead (T : table) (s : state) (t : N) (l : life) (k : task) : task :=
  Task l (k_gen k + 1) false WNone ETimeout 0 0 (own_pages T (kept s) t) (k_ret k) (k_exit k) (k_fault k) (k_sp k).
Definition die (T : table) (s : state) (t : N) (l : life) : state :=
  let s := tell_servers T (fail_callers (on (release_all T s t) t (dead T s t l)) t EDied) t in
  if t =? t_init T then with_halted s (Some 3) else lifecycle T s.

(* What a page begins with after its reset. *)
Definition first_word (T : table) (p : page) : N :=
  match p with PMem m i => e_word (t_extent T m) i | _ => 0 end.
Definition page_word (T : table) (p : page) (c : content) : N :=
  match c with Initial => first_word T p | Written w => w end.
Definition reset_step (T : table) (s : state) (t : N) : state :=
  match k_todo (tk s t) with
  | [] => s
  | p :: rest =>
      let s := with_mem (on s t (fun k => k_with_todo k rest)) (updp (mem s) p Initial) in
      match p with
      | PMem m i => if (i + 1 =? e_pages (t_extent T m)) && e_keep (t_extent T m)
                    then with_kept s (upd (kept s) m true) else s
      | _ => s
      end
  end.

Definition born (T : table) (t : N) (k : task) : task :=
  Task Running (k_gen k) (k_ready k) WNone ETimeout (k_bits k) (k_peers k) (k_todo k) (OK, []) 0 (k_fault k) (t_sp T t).
Definition start (T : table) (s : state) (t : N) : state :=
  with_se (on s t (born T t)) (fun u i => if u =? t then 0 else se s u i).

(* ---- Calls ---- *)
Inductive deadline := Poll | Past | Later. (* 0; passed already; to come, or never *)

Inductive call :=
| Null | Call (slot tag : N) (words : list N) (d : deadline) | Recv (d : deadline) | Reply (token tag : N) (words : list N)
| ReplyRecv (token tag : N) (words : list N) (d : deadline) | Notify (slot b : N) | Wait (mask : N) (d : deadline)
| PeersChanged | Yield | Exit (code : N) | CapQuery (slot : N) | ConsoleWrite (slot bytes : N) | Power (slot code : N)
| TaskStart (slot t : N) | TaskStop (slot t give_up : N) | TaskResetStep (slot t : N) | TaskInspect (slot t what index : N)
| CapCreate (slot base class r dst : N) | CapTransfer (slot from t dst : N) | CapRevoke (slot t target : N) | CapDrop (slot : N)
| MmioMap (slot va offset prot : N) | Unmap (va : N) | IrqAck (slot : N) | DevWrite (slot reg value : N)
| DevQueue (slot q size va : N) | DevPost (slot q head count : N) (words : list (N * N)) | Unknown.

Inductive result := Done (c : status) (outs : list N) | Blocked.

Definition tag_words (tag : N) := tag / 65536 mod 65536.
Definition tag_bytes (tag : N) := tag / 4294967296.
Definition tag_ok (tag : N) : bool := (tag_words tag <=? 4) && (tag_bytes tag <=? 4096).
Fixpoint carried (n : N) (ws : list N) : list N :=
  match ws with [] => [] | w :: r => (if n =? 0 then 0 else w) :: carried (N.pred n) r end.
Definition message (tag : N) (ws : list N) : list N := tag :: carried (tag_words tag) ws.
(* The first word of a page after the first bytes of another were copied there. *)
Definition copied (bytes from to : N) : N :=
  if 8 <=? bytes then from else let m := 256 ^ bytes in to / m * m + from mod m.

Definition copied_page (T : table) (m : page -> content) (bytes : N) (from to : page) : page -> content :=
  if bytes =? 0 then m else updp m to (Written (copied bytes (page_word T from (m from)) (page_word T to (m to)))).

Section Step.
Variable T : table.
Variable s : state.
Variable a : N. (* who acts *)

Definition refuse (c : status) : state * result := (s, Done c []).
Notation "'need' b 'or' c ; k" := (if b then k else refuse c) (at level 200, b at level 100, c at level 100, k at level 200).
Notation "'try' o ; k" := (match o with Some c => refuse c | None => k end) (at level 200, o at level 100, k at level 200).

Definition mine (i : N) : cap := sl (au s) a i.
Definition find_cap (i : N) (k : kind) (r : N) : option status :=
  if t_slots T a <=? i then Some BAD_SLOT else
  if kind_eq (kd (mine i)) KNone then Some EMPTY_SLOT else
  if kind_eq (kd (mine i)) k then (if sub r (rights (mine i)) then None else Some NO_RIGHT) else Some WRONG_KIND.
Definition find_task (i t : N) : option status :=
  match find_cap i KTask 0 with
  | None => if (t <? t_tasks T) && negb (t =? a) then None else Some BAD_TASK
  | e => e
  end.
Definition at_rest (t : N) : bool :=
  match k_life (tk s t) with Running | GivenUp => false | _ => true end.
Definition gone (t : N) : bool := match k_life (tk s t) with GivenUp => true | _ => false end.
Definition runs (t : N) : bool := match k_life (tk s t) with Running => true | _ => false end.

(* The call of c, whose wait is over o, is in the registers and the IN page of server v. *)
Definition deliver (s : state) (c v : N) (o : open) : state * list N :=
  let l := last s c + 64 in
  let outs := message (o_tag o) (o_words o) ++ [badge (sl (au s) c (o_slot o)); l + c] in
  let s1 := with_counts (on s c (fun k => k_with_wait k (WServed o (l + c)))) (upd (last s) c l) (arrivals s) in
  let s2 := with_se s1 (upd2 (se s1) c (o_slot o) (k_gen (tk s v))) in
  (with_mem s2 (copied_page T (mem s) (tag_bytes (o_tag o)) (POut c) (PIn v)), outs).

Definition polls_in_vain (d : deadline) (waiting : bool) : bool :=
  match d with Poll => negb waiting | Past => true | Later => false end.
Definition do_call (i tag : N) (ws : list N) (d : deadline) : state * result :=
  try find_cap i KPort CALL;
  need tag_ok tag or BAD_TAG;
  let v := object (mine i) in
  need negb (gone v) or PEER_GONE;
  if negb (se s a i =? 0) && negb (se s a i =? k_gen (tk s v))
  then (with_se s (upd2 (se s) a i 0), Done PEER_RESTARTED []) else
  let waiting := match k_wait (tk s v) with WRecv => true | _ => false end in
  need negb (polls_in_vain d waiting) or TIMEOUT;
  let o := Open v i tag ws in
  let s1 := with_counts (on s a (fun k => k_with_wait k (WQueued o (arrivals s)))) (last s) (arrivals s + 1) in
  if waiting
  then let '(s2, outs) := deliver s1 a v o in (on s2 v (fun k => awake (returns OK outs k)), Blocked)
  else (s1, Blocked).

(* The first caller of the highest level. *)
Definition better (c : N) (arrival : N) (best : option (N * N)) : option (N * N) :=
  match best with
  | None => Some (c, arrival)
  | Some (b, n) => if (t_level T b <? t_level T c) || ((t_level T b =? t_level T c) && (arrival <? n))
                   then Some (c, arrival) else best
  end.
Definition first_caller (s : state) (v : N) : option (N * N) :=
  fold_left (fun best c => match k_wait (tk s c) with
                           | WQueued o n => if o_server o =? v then better c n best else best
                           | _ => best
                           end) (below (t_tasks T)) None.

Definition do_recv (s : state) (d : deadline) : state * result :=
  let s := if k_ready (tk s a) then s else lifecycle T (on s a (fun k => k_with_ready k true)) in
  if negb (k_bits (tk s a) =? 0)
  then (on s a (fun k => k_with_bits k 0), Done NOTIFIED [k_bits (tk s a)]) else
  match first_caller s a with
  | Some (c, _) =>
      match k_wait (tk s c) with
      | WQueued o _ => let '(s1, outs) := deliver s c a o in (s1, Done OK outs)
      | _ => (s, Blocked)
      end
  | None => match d with
            | Later => (on s a (fun k => k_with_wait k WRecv), Blocked)
            | _ => (s, Done TIMEOUT [])
            end
  end.

Definition serves (token : N) : option open :=
  match k_wait (tk s (token mod 64)) with
  | WServed o n => if (token mod 64 <? t_tasks T) && (n =? token) && (o_server o =? a) then Some o else None
  | _ => None
  end.
Definition do_reply (token tag : N) (ws : list N) : state * result :=
  need tag_ok tag or BAD_TAG;
  let c := token mod 64 in
  match serves token with
  | None => refuse STALE
  | Some _ =>
      let s1 := with_mem s (copied_page T (mem s) (tag_bytes tag) (PIn a) (POut c)) in
      (on s1 c (fun k => awake (returns OK (message tag ws) k)), Done OK [])
  end.
Definition do_reply_recv (token tag : N) (ws : list N) (d : deadline) : state * result :=
  need tag_ok tag or BAD_TAG;
  do_recv (fst (do_reply token tag ws)) d.

Definition do_notify (i b : N) : state * result :=
  try find_cap i KPort NOTIFY;
  need negb (b =? 0) && sub b (bits (mine i)) or BAD_BITS;
  need negb (gone (object (mine i))) or PEER_GONE;
  (on s (object (mine i)) (set_bits b), Done OK []).

Definition do_wait (mask : N) (d : deadline) : state * result :=
  let p := N.land (k_bits (tk s a)) mask in
  if negb (p =? 0) then (on s a (fun k => k_with_bits k (N.ldiff (k_bits k) p)), Done NOTIFIED [p]) else
  match d with
  | Later => (on s a (fun k => k_with_wait k (WBits mask)), Blocked)
  | _ => refuse TIMEOUT
  end.

Definition kind_code (k : kind) : N :=
  match k with KNone => 0 | KPort => 1 | KRegion => 2 | KMmio => 3 | KDma => 5 | KConsole => 6 | KPower => 7 | KFactory => 8
             | KTask => 9 end.
Definition do_query (i : N) : state * result :=
  need i <? t_slots T a or BAD_SLOT;
  let c := mine i in
  match kd c with
  | KNone => refuse EMPTY_SLOT
  | KMmio => (s, Done OK [kind_code (kd c); rights c; w_class (wn (au s) (object c)); badge c; t_base T (object c);
                          t_pages T (object c) * PAGE])
  | KDma => (s, Done OK [kind_code (kd c); rights c; object c; badge c; e_phys (t_extent T (object c));
                         e_pages (t_extent T (object c)) * PAGE])
  | _ => (s, Done OK [kind_code (kd c); rights c; object c; badge c])
  end.

Definition RING := 65536. Definition LINE := 160. Definition DROPPED_LINE := 57.
Definition do_console (i bytes : N) : state * result :=
  try find_cap i KConsole 0;
  need negb (bytes =? 0) && (bytes <=? LINE) or BAD_LENGTH;
  let more := if con_dropped s =? 0 then 0 else DROPPED_LINE in
  if RING <? con_used s + bytes + 1 + more
  then (with_console s (con_used s) (con_dropped s + 1), Done DROPPED [])
  else (with_console s (con_used s + bytes + 1 + more) 0, Done OK []).

Definition do_power (i code : N) : state * result :=
  try find_cap i KPower 0;
  need code <=? 255 or BAD_INDEX;
  (with_halted s (Some code), Done OK []).

Definition do_start (i t : N) : state * result :=
  try find_task i t;
  need at_rest t or BAD_STATE;
  need (match k_todo (tk s t) with [] => true | _ => false end) && negb (mourned T s t) or NOT_RESET;
  (start T s t, Done OK []).

Definition do_stop (i t give_up : N) : state * result :=
  try find_task i t;
  need negb (gone t) or BAD_STATE;
  let s1 := if runs t then die T s t Stopped else s in
  if give_up =? 0 then (on s1 t (fun k => k_with_life k Stopped), Done OK [])
  else (fail_callers (on (release_all T s1 t) t (fun k => k_with_life k GivenUp)) t EGone, Done OK []).

Definition do_reset_step (i t : N) : state * result :=
  try find_task i t;
  need at_rest t or BAD_STATE;
  let s1 := reset_step T s t in
  let left := N.of_nat (length (k_todo (tk s1 t))) in
  (s1, Done OK [if (left =? 0) && mourned T s1 t then 1 else left]).

(* The page-table entry for a page of a task's range. *)
Definition translate (t p : N) : option (page * N) :=
  if in_arena T t p then mp (au s) t p else fixed_map T t p.
Definition phys (p : page) : N :=
  match p with
  | PMem m i => e_phys (t_extent T m) + i * PAGE
  | PWin w i => t_base T w + i * PAGE
  | _ => t_phys T p
  end.
Definition entry (m : option (page * N)) : N :=
  match m with None => 0 | Some (p, prot) => phys p / PAGE * 1024 + 1 + 2 * prot + 16 + 192 end.

Definition life_code (l : life) : N :=
  match l with Created => 0 | Running => 1 | Faulted => 2 | Stopped => 3 | GivenUp => 4 end.
Definition do_inspect (i t what index : N) : state * result :=
  try find_task i t;
  let k := tk s t in
  if what =? 0 then
    need index =? 0 or BAD_INDEX;
    (s, Done OK [life_code (k_life k); (if k_ready k then 1 else 0); k_gen k; k_exit k; t_level T t])
  else if what =? 1 then
    need index =? 0 or BAD_INDEX;
    (s, Done OK [fst (fst (k_fault k)); snd (fst (k_fault k)); snd (k_fault k); k_sp k; 0])
  else if what =? 2 then
    need index <? t_slots T t or BAD_INDEX;
    let c := sl (au s) t index in
    (s, Done OK [kind_code (kd c); rights c; object c; badge c; bits c])
  else if what =? 3 then
    need index <? SPAN_PAGES or BAD_INDEX;
    (s, Done OK [entry (translate t index); 0; 0; 0; 0])
  else refuse BAD_INDEX.

(* ---- Devices ---- *)
Definition within_ceiling (w class r t i : N) : option status :=
  match ceiling_of T t i with
  | None => Some UNDECLARED
  | Some l =>
      if negb (c_class l =? class) then Some BEYOND_CLASS else
      if (t_base T w <? c_base l) || (c_base l + c_bytes l <? t_base T w + t_pages T w * PAGE) then Some BEYOND_BOUNDS else
      if sub r (c_rights l) then None else Some BEYOND_RIGHTS
  end.
Definition window_at (base : N) : option N := find (fun w => t_base T w =? base) (below (t_windows T)).
Definition class_in (w : N) : N := if t_virtio T w then v_class (dv s w) else t_class T w.
Definition stops (w : N) : bool := negb (t_virtio T w) || v_resets (dv s w).
Definition held (w : N) : bool := match w_owner (wn (au s) w) with Some _ => true | None => false end.

Definition do_create (i base class r dst : N) : state * result :=
  try find_cap i KFactory 0;
  need dst <? t_slots T a or BAD_SLOT;
  need (if kind_eq (kd (mine dst)) KNone then true else false) or OCCUPIED;
  need sub r DEVICE && negb (r =? 0) or NO_RIGHT;
  match window_at base with
  | None => refuse OUTSIDE_WINDOWS
  | Some w =>
      need negb (held w) or OWNED;
      need negb (class =? 0) && (class_in w =? class) or WRONG_CLASS;
      try (match ceiling_of T a dst with None => None | Some _ => within_ceiling w class r a dst end);
      need negb (sub IRQ r) || negb (t_irq T w =? 0) or NO_INTERRUPT;
      need stops w or STUCK;
      (with_au s (a_hold T (a_reset (au s) w true) w a dst r class), Done OK [])
  end.

(* Whether the owner of a window has it, or a queue of it, in its arena. *)
Definition maps_of (w : N) (P : option (page * N) -> bool) : bool :=
  match w_owner (wn (au s) w) with
  | Some (t, _) => existsb (fun p => P (mp (au s) t (ARENA + p))) (below (t_arena T t))
  | None => false
  end.

Definition do_transfer (i from t dst : N) : state * result :=
  try find_task i t;
  need negb (gone t) or BAD_STATE;
  try find_cap from KMmio 0;
  need dst <? t_slots T t or UNDECLARED;
  need (if kind_eq (kd (sl (au s) t dst)) KNone then true else false) or OCCUPIED;
  let w := object (mine from) in
  try within_ceiling w (w_class (wn (au s) w)) (rights (mine from)) t dst;
  need negb (maps_of w (is_page_of w)) or MAPPED;
  (with_au s (a_hold T (a_free (au s) w) w t dst (rights (mine from)) (w_class (wn (au s) w))), Done OK []).

Definition release (w : N) : state := with_au s (a_release (au s) w (v_resets (dv s w))).
Definition do_revoke (i t target : N) : state * result :=
  try find_task i t;
  need target <? t_slots T t or BAD_INDEX;
  let c := sl (au s) t target in
  match kd c with
  | KNone => refuse EMPTY_SLOT
  | KMmio => (release (object c), Done OK [])
  | _ => refuse WRONG_KIND
  end.
Definition do_drop (i : N) : state * result :=
  try find_cap i KMmio 0;
  (release (object (mine i)), Done OK []).

Definition arena_page (va : N) : N := (va - user_base a) / PAGE.
Definition check_arena (va : N) : option status :=
  if negb (va mod PAGE =? 0) then Some UNALIGNED_ADDRESS else
  if (va <? user_base a) || negb (in_arena T a (arena_page va)) then Some OUTSIDE_ARENA else None.
Definition is_window_page (w i : N) (m : option (page * N)) : bool :=
  match m with Some (PWin v j, _) => (v =? w) && (j =? i) | _ => false end.
Definition mapped (p : N) : bool := match mp (au s) a p with Some _ => true | None => false end.

Definition do_map (i va offset prot : N) : state * result :=
  try find_cap i KMmio MAP;
  need negb (sub 4 prot) or EXECUTABLE;
  need (prot =? PROT_R) || (prot =? PROT_RW) or BAD_PROT;
  need sub READ (rights (mine i)) && ((prot =? PROT_R) || sub WRITE (rights (mine i))) or NO_RIGHT;
  try check_arena va;
  need offset mod PAGE =? 0 or UNALIGNED_OFFSET;
  let w := object (mine i) in
  need offset / PAGE <? t_pages T w or OUTSIDE_WINDOW;
  need negb (maps_of w (is_window_page w (offset / PAGE))) && negb (mapped (arena_page va)) or ALREADY_MAPPED;
  (with_au s (a_map (au s) a (arena_page va) (Some (PWin w (offset / PAGE), prot))), Done OK []).

Definition do_unmap (va : N) : state * result :=
  try check_arena va;
  match mp (au s) a (arena_page va) with
  | Some (PWin _ _, _) => (with_au s (a_map (au s) a (arena_page va) None), Done OK [])
  | _ => refuse NOT_MAPPED
  end.

Definition claim (w : N) (c : bool) : authority :=
  let x := wn (au s) w in a_window (au s) w (Window (w_owner x) (w_class x) (w_live x) c (w_word x)).
Definition do_irq_ack (i : N) : state * result :=
  try find_cap i KMmio IRQ;
  let w := object (mine i) in
  need w_claimed (wn (au s) w) or NOT_CLAIMED;
  let d := dv s w in
  (with_dv (with_au s (claim w false))
           (upd (dv s) w (Device (v_class d) (v_resets d) (v_most d) 0 (v_index d) (v_ring d))),
   Done OK [if t_virtio T w then v_reasons d else 0]).

Definition SEL_DEVICE := 0x14. Definition FEATURES := 0x20. Definition SEL_DRIVER := 0x24. Definition SEL_QUEUE := 0x30.
Definition QUEUE_NOTIFY := 0x50. Definition STATUS := 0x70. Definition WORD := 0x100000000. Definition RTC := 0x100.
Definition check_virtio (w reg value : N) : option status :=
  let bad (b : bool) := if b then None else Some BAD_VALUE in
  if (reg =? SEL_DEVICE) || (reg =? SEL_QUEUE) then bad (value <? WORD) else
  if reg =? STATUS then bad (value <? 256) else
  if reg =? SEL_DRIVER then bad (value <? 2) else
  if reg =? FEATURES then bad (sub value (if w_word (wn (au s) w) =? 0 then 0xffffff else 1)) else
  if reg =? QUEUE_NOTIFY then
    if 2 <=? value then Some BAD_VALUE else
    if negb (q_size (qs (au s) w value) =? 0) && w_live (wn (au s) w) then None else Some NOT_LIVE
  else Some BAD_REGISTER.
Definition check_rtc (reg value : N) : option status :=
  if existsb (N.eqb reg) [0x08; 0x0c; 0x10; 0x14; 0x1c]
  then (if value <? WORD then None else Some BAD_VALUE) else Some BAD_REGISTER.
Definition do_dev_write (i reg value : N) : state * result :=
  try find_cap i KMmio 0;
  let w := object (mine i) in
  let x := wn (au s) w in
  if t_virtio T w then
    try check_virtio w reg value;
    if (reg =? STATUS) && (value =? 0)
    then (with_au s (a_reset (au s) w (stops w)), Done (if stops w then OK else STUCK) [])
    else if reg =? STATUS then (with_au s (a_window (au s) w (w_with x (N.odd (value / 4)) (w_word x))), Done OK [])
    else if reg =? SEL_DRIVER then (with_au s (a_window (au s) w (w_with x (w_live x) value)), Done OK [])
    else (s, Done OK [])
  else
    try (if w_class x =? RTC then check_rtc reg value else Some BAD_REGISTER);
    (s, Done OK []).

Definition find_queue (i q : N) : option status :=
  match find_cap i KMmio 0 with
  | None => if t_virtio T (object (mine i)) && (q <? 2) then None else Some BAD_QUEUE
  | e => e
  end.
Definition check_size (w q size : N) : option status :=
  if (size =? 0) || (128 <? size) || negb (N.land size (size - 1) =? 0) then Some BAD_SIZE else
  let most := v_most (dv s w) q in
  if most =? 0 then Some BAD_QUEUE else if size <=? most then None else Some BAD_SIZE.
Definition do_queue (i q size va : N) : state * result :=
  try find_queue i q;
  let w := object (mine i) in
  need q_size (qs (au s) w q) =? 0 or QUEUE_SET_UP;
  try check_arena va;
  need negb (mapped (arena_page va)) or ALREADY_MAPPED;
  try check_size w q size;
  let x := Queue size a 0 0 (fun _ => 0) (fun _ => false) (q_desc no_queue) in
  let d := dv s w in
  (with_dv (with_au s (a_map (a_queue (au s) w q x) a (arena_page va) (Some (PQueue w q, PROT_R))))
           (upd (dv s) w (Device (v_class d) (v_resets d) (v_most d) (v_reasons d) (upd (v_index d) q 0)
                                 (fun r i => if r =? q then 0 else v_ring d r i))),
   Done OK []).

(* A descriptor as dev_post reads it: offset; bytes, slot and direction. *)
Definition g_bytes (word : N) := word mod 0x100000000.
Definition g_slot (word : N) := word / 0x100000000 mod 0x10000.
Definition g_writes (word : N) := word / 0x1000000000000.
Definition check_descriptor (g : N * N) : option status :=
  let '(offset, word) := g in
  if (1 <? g_writes word) || (g_bytes word =? 0) then Some BAD_DESCRIPTOR else
  match find_cap (g_slot word) KDma (if g_writes word =? 1 then WRITE else READ) with
  | None => if e_pages (t_extent T (object (mine (g_slot word)))) * PAGE <? offset + g_bytes word
            then Some OUTSIDE_REGION else None
  | e => e
  end.
Fixpoint check_all (gs : list (N * N)) : option status :=
  match gs with [] => None | g :: r => match check_descriptor g with None => check_all r | e => e end end.
Definition descriptor (g : N * N) (more : bool) : desc :=
  Desc (object (mine (g_slot (snd g)))) (fst g) (g_bytes (snd g)) (g_writes (snd g) =? 1) more.

Definition take_back (x : queue) (head : N) : queue :=
  Queue (q_size x) (q_task x) (q_avail x) (q_used x) (upd (q_chain x) head 0)
        (fun d => if (head <=? d) && (d <? head + q_chain x head) then false else q_busy x d) (q_desc x).
Fixpoint collect (n : nat) (index : N) (ring : N -> N) (x : queue) : queue :=
  match n with
  | O => x
  | S n =>
      if q_used x =? index then x else
      let head := ring (q_used x mod q_size x) in
      let y := Queue (q_size x) (q_task x) (q_avail x) ((q_used x + 1) mod 65536) (q_chain x) (q_busy x) (q_desc x) in
      collect n index ring (if head <? q_size x then take_back y head else y)
  end.
Definition any_busy (x : queue) (head count : N) : bool :=
  existsb (fun i => q_busy x (head + i)) (below count).
Fixpoint write_all (x : queue) (d : N) (gs : list (N * N)) : queue :=
  match gs with
  | [] => x
  | g :: r =>
      write_all (Queue (q_size x) (q_task x) (q_avail x) (q_used x) (q_chain x) (upd (q_busy x) d true)
                       (upd (q_desc x) d (descriptor g (match r with [] => false | _ => true end)))) (d + 1) r
  end.
Definition posted (x : queue) (head count : N) : queue :=
  Queue (q_size x) (q_task x) ((q_avail x + 1) mod 65536) (q_used x) (upd (q_chain x) head count) (q_busy x) (q_desc x).

(* [words] is what the OUT page says of the first [count] descriptors. *)
Definition do_post (i q head count : N) (words : list (N * N)) : state * result :=
  try find_queue i q;
  let w := object (mine i) in
  let x := qs (au s) w q in
  need negb (q_size x =? 0) && w_live (wn (au s) w) or NOT_LIVE;
  need negb (count =? 0) && (count <=? 16) && (head + count <=? q_size x) && (N.of_nat (length words) =? count) or BAD_INDEX;
  try check_all words;
  let y := if any_busy x head count
           then collect (N.to_nat (q_size x)) (v_index (dv s w) q) (v_ring (dv s w) q) x else x in
  if any_busy y head count then (with_au s (a_queue (au s) w q y), Done IN_FLIGHT [])
  else (with_au s (a_queue (au s) w q (posted (write_all y head words) head count)), Done OK []).

Definition invoke (c : call) : state * result :=
  match c with
  | Null | Yield => (s, Done OK [])
  | Call i tag ws d => do_call i tag ws d
  | Recv d => do_recv s d
  | Reply n tag ws => do_reply n tag ws
  | ReplyRecv n tag ws d => do_reply_recv n tag ws d
  | Notify i b => do_notify i b
  | Wait m d => do_wait m d
  | PeersChanged => (on s a (fun k => k_with_peers k 0), Done OK [k_peers (tk s a)])
  | Exit code => (die T (on s a (fun k => k_with_exit k code)) a Stopped, Blocked)
  | CapQuery i => do_query i
  | ConsoleWrite i n => do_console i n
  | Power i code => do_power i code
  | TaskStart i t => do_start i t
  | TaskStop i t g => do_stop i t g
  | TaskResetStep i t => do_reset_step i t
  | TaskInspect i t what index => do_inspect i t what index
  | CapCreate i base class r dst => do_create i base class r dst
  | CapTransfer i from t dst => do_transfer i from t dst
  | CapRevoke i t target => do_revoke i t target
  | CapDrop i => do_drop i
  | MmioMap i va offset prot => do_map i va offset prot
  | Unmap va => do_unmap va
  | IrqAck i => do_irq_ack i
  | DevWrite i reg value => do_dev_write i reg value
  | DevQueue i q size va => do_queue i q size va
  | DevPost i q head count words => do_post i q head count words
  | Unknown => refuse BAD_CALL
  end.

(* Registers are cleared first, then the result is put there. *)
Definition answer (r : state * result) : state :=
  match r with
  | (s', Done c outs) => on s' a (returns c outs)
  | (s', Blocked) => s'
  end.

(* A line fires. *)
Definition window_of_line (line : N) : option N := find (fun w => t_irq T w =? line) (below (t_windows T)).
Definition interrupt (line : N) : state :=
  match (if line =? 0 then None else window_of_line line) with
  | None => s
  | Some w =>
      match w_owner (wn (au s) w) with
      | None => s
      | Some (t, i) => if bits (sl (au s) t i) =? 0 then s
                       else on (with_au s (claim w true)) t (set_bits (bits (sl (au s) t i)))
      end
  end.

Definition ending_status (e : ending) : status :=
  match e with ETimeout => TIMEOUT | EDied => PEER_DIED | EGone => PEER_GONE | ENotified => NOTIFIED end.
Definition expire (k : task) : task :=
  match k_wait k with
  | WNone => k
  | _ => match k_ending k with
         | ENotified => deliver_bits k
         | e => awake (returns (ending_status e) [] k)
         end
  end.

End Step.

Definition syscall (T : table) (s : state) (a : N) (c : call) : state :=
  let s := on s a (returns OK []) in answer a (invoke T s a c).

(* ---- Every entry into the kernel, and what happens outside ---- *)
Inductive event :=
| Sys (a : N) (c : call)           (* a task calls *)
| Fault (a cause pc address : N)   (* a task faults *)
| Expire (t : N)                   (* the timer ends a wait *)
| Interrupt (line : N)
| Store (a p value : N)            (* a task writes the first word of a page of its range *)
| Drain (n : N)                    (* the UART took bytes *)
| DeviceIs (w : N) (d : device).   (* a device is something else now, or did something *)

(* Who may make a step. *)
Definition can_run (T : table) (s : state) (a : N) : bool :=
  (a <? t_tasks T) && runs s a && match k_wait (tk s a) with WNone => true | _ => false end.

Definition store (T : table) (s : state) (a p value : N) : state :=
  match translate T s a p with
  | Some (x, prot) => if prot =? PROT_RW then with_mem s (updp (mem s) x (Written value)) else s
  | None => s
  end.

Definition step (T : table) (s : state) (e : event) : state :=
  match e with
  | Sys a c => if can_run T s a then syscall T s a c else s
  | Fault a cause pc address =>
      if can_run T s a then die T (on s a (fun k => k_with_fault k (cause, pc, address))) a Faulted else s
  | Expire t => on s t expire
  | Interrupt line => interrupt T s line
  | Store a p value => if can_run T s a then store T s a p value else s
  | Drain n => with_console s (con_used s - n) (con_dropped s)
  | DeviceIs w d => with_dv s (upd (dv s) w d)
  end.

(* ---- Boot ---- *)
Definition boot_task (T : table) (t : N) : task :=
  Task Created 1 false WNone ETimeout 0 0 (own_pages T (fun _ => false) t) (OK, []) 0 (0, 0, 0) 0.
Definition boot_window (T : table) (w : N) : window := Window None (if t_virtio T w then 0 else t_class T w) false false 0.
Definition no_device := Device 0 true (fun _ => 0) 0 (fun _ => 0) (fun _ _ => 0).
Definition blank (T : table) (m : page -> N) : state :=
  State (Authority (boot_cap T) (boot_window T) (fun _ _ => None) (fun _ _ => no_queue)) (boot_task T) (fun _ _ => 0)
        (fun _ => false) (fun p => Written (m p)) (fun _ => no_device) (fun _ => 0) 0 0 0 None.
Fixpoint times {A} (n : nat) (f : A -> A) (x : A) : A := match n with O => x | S n => times n f (f x) end.
Definition boot (T : table) (m : page -> N) : state :=
  let s := blank T m in
  start T (times (length (k_todo (tk s (t_init T)))) (fun s => reset_step T s (t_init T)) s) (t_init T).

Definition code (c : status) : Z :=
  (match c with
  | OK => 0 | NOTIFIED => 1 | BAD_CALL => -1 | BAD_SLOT => -3 | EMPTY_SLOT => -4 | WRONG_KIND => -5 | NO_RIGHT => -6
  | BAD_TAG => -7 | TIMEOUT => -8 | STALE => -9 | PEER_DIED => -10 | PEER_RESTARTED => -11 | PEER_GONE => -12
  | BAD_BITS => -13 | BAD_TASK => -14 | BAD_STATE => -15 | NOT_RESET => -16 | BAD_LENGTH => -17 | BAD_INDEX => -18
  | DROPPED => -19 | OCCUPIED => -20 | UNDECLARED => -21 | OUTSIDE_WINDOWS => -22 | OWNED => -23 | WRONG_CLASS => -24
  | BEYOND_CLASS => -25 | BEYOND_BOUNDS => -26 | BEYOND_RIGHTS => -27 | MAPPED => -28 | EXECUTABLE => -29
  | BAD_PROT => -30 | UNALIGNED_ADDRESS => -31 | UNALIGNED_OFFSET => -32 | OUTSIDE_WINDOW => -33 | OUTSIDE_ARENA => -34
  | ALREADY_MAPPED => -35 | NOT_MAPPED => -36 | NO_INTERRUPT => -37 | NOT_CLAIMED => -38 | BAD_REGISTER => -39
  | BAD_VALUE => -40 | STUCK => -41 | BAD_QUEUE => -42 | BAD_SIZE => -43 | QUEUE_SET_UP => -44 | NOT_LIVE => -45
  | IN_FLIGHT => -46 | BAD_DESCRIPTOR => -47 | OUTSIDE_REGION => -48
  end)%Z.

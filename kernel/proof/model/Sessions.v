(* A client learns that its server was started again: of every session that it had with an earlier life. *)
Require Import Model Authority Steps Theorems Tasks.
From Coq Require Import NArith List Bool Lia.
Import ListNotations.
Open Scope N_scope.

(* Whom a task calls, and through which slot, while it waits for the reply. *)
Definition asks (k : task) (o : open) : Prop := match k_wait k with WQueued p _ | WServed p _ => p = o | _ => False end.
Definition port (T : table) (c : N) (o : open) : Prop :=
  kd (boot_cap T c (o_slot o)) = KPort /\ object (boot_cap T c (o_slot o)) = o_server o.

(* Lives are counted up, a session gets no number but that of a life which the server has meanwhile, and calls go through ports. *)
Definition goes (T : table) (s s' : state) : Prop :=
  (forall t, k_gen (tk s t) <= k_gen (tk s' t)) /\
  (forall c i, kd (boot_cap T c i) = KPort -> let v := object (boot_cap T c i) in
     se s' c i = se s c i \/ se s' c i = 0 \/ k_gen (tk s v) <= se s' c i <= k_gen (tk s' v)) /\
  (forall c o, asks (tk s' c) o -> asks (tk s c) o \/ port T c o).
Definition mild (f : task -> task) : Prop := forall k, k_gen k <= k_gen (f k) /\ forall o, asks (f k) o -> asks k o.

Section Goes.
Variable T : table.
Hypothesis V : valid T = true.

Lemma goes_refl s : goes T s s.
Proof. split; [|split]; auto. intros t. lia. Qed.
Lemma goes_trans s s1 s2 : goes T s s1 -> goes T s1 s2 -> goes T s s2.
Proof.
  intros (G1 & S1 & A1) (G2 & S2 & A2). split; [|split].
  - intros t. specialize (G1 t). specialize (G2 t). lia.
  - intros c i K v. specialize (G1 v). specialize (G2 v). specialize (S1 c i K). specialize (S2 c i K). fold v in S1, S2. simpl in S1, S2.
    destruct S2 as [S2|[S2|S2]]; [rewrite S2 in *|auto|right; right; lia]. destruct S1 as [S1|[S1|S1]]; auto. right. right. lia.
  - intros c o H. apply A2 in H as [H|H]; auto.
Qed.
Lemma goes_same s s' : tk s' = tk s -> se s' = se s -> goes T s s'.
Proof. intros A B. unfold goes. rewrite A, B. split; [|split]; auto. intros t. lia. Qed.
Lemma goes_all s f : (forall t, mild (f t)) -> goes T s (all s f).
Proof.
  intros M. split; [|split]; auto; simpl; intros.
  - apply (M t (tk s t)).
  - left. now apply (M c (tk s c)).
Qed.
Lemma goes_on_port s t f : k_gen (tk s t) <= k_gen (f (tk s t)) -> (forall o, asks (f (tk s t)) o -> asks (tk s t) o \/ port T t o) ->
  goes T s (on s t f).
Proof.
  intros G A. split; [|split]; auto; simpl; intros.
  - unfold upd. destruct (N.eqb_spec t0 t); [subst; exact G|lia].
  - unfold upd in H. destruct (N.eqb_spec c t); [subst; auto|auto].
Qed.
Lemma goes_on s t f : mild f -> goes T s (on s t f).
Proof. intros M. destruct (M (tk s t)) as [G A]. apply goes_on_port; auto. Qed.

Lemma goes_then s s1 t f : tk s1 = tk s -> se s1 = se s -> mild f -> goes T s (on s1 t f).
Proof. intros A B M. apply goes_trans with (s1 := s1); [now apply goes_same|now apply goes_on]. Qed.

Lemma mild_deliver k : k_gen k <= k_gen (deliver_bits k) /\ forall o, asks (deliver_bits k) o -> asks k o.
Proof. unfold deliver_bits. destruct (awaited k =? 0); unfold asks; simpl; split; auto; try lia; contradiction. Qed.
Lemma mild_set_bits b : mild (set_bits b).
Proof. intros k. exact (mild_deliver (k_with_bits k (N.lor (k_bits k) b))). Qed.
Lemma mild_expire : mild expire.
Proof.
  intros k. unfold expire. destruct (k_wait k) eqn:W; [split; auto; lia| | | |];
    (destruct (k_ending k); [..|apply mild_deliver]; unfold asks; simpl; split; try lia; contradiction).
Qed.
Ltac mild := let k := fresh in intros k; unfold asks; simpl; split; [lia|auto; try contradiction].

Lemma goes_fail s v e : goes T s (fail_callers s v e).
Proof. apply goes_all. intros t k. simpl. destruct (_ && _); unfold asks; simpl; split; auto; lia. Qed.
Lemma goes_tell s c : goes T s (tell_servers T s c).
Proof.
  apply goes_all. intros t k. simpl. destruct (client_of T c t); [|split; auto; lia]. unfold set_bits_soon.
  destruct (_ =? 0); unfold asks; simpl; split; auto; lia.
Qed.
Lemma goes_die s t l : goes T s (die T s t l).
Proof.
  unfold die. set (s1 := on _ _ _). assert (D : goes T s s1).
  { apply goes_trans with (s1 := release_all T s t); [apply goes_same; reflexivity|]. apply goes_on_port; simpl; [lia|].
    unfold asks. simpl. contradiction. }
  clearbody s1. eapply goes_trans; [exact D|]. eapply goes_trans; [apply goes_fail|]. eapply goes_trans; [apply goes_tell|].
  destruct (t =? t_init T); [apply goes_same; reflexivity|]. apply goes_on, mild_set_bits.
Qed.
Lemma goes_start s t : goes T s (start T s t).
Proof.
  split; [|split]; simpl; intros.
  - unfold upd. destruct (N.eqb_spec t0 t); subst; simpl; lia.
  - destruct (c =? t); auto.
  - unfold upd in H. destruct (N.eqb_spec c t); [unfold asks in H; simpl in H; contradiction|auto].
Qed.
Lemma goes_reset_step s t : goes T s (reset_step T s t).
Proof.
  unfold reset_step. destruct (k_todo (tk s t)) as [|p rest]; [apply goes_refl|].
  assert (D : goes T s (with_mem (on s t (fun k => k_with_todo k rest)) (updp (mem s) p Initial))).
  { eapply goes_trans; [apply goes_on with (t := t) (f := fun k => k_with_todo k rest); mild|apply goes_same; reflexivity]. }
  destruct p; auto. destruct (_ && _); exact D.
Qed.

(* The call of c comes to its server. *)
Lemma goes_deliver s c v o : asks (tk s c) o -> port T c o -> o_server o = v -> goes T s (fst (deliver T s c v o)).
Proof.
  intros A [K P] O. split; [|split]; simpl; intros.
  - unfold upd. destruct (N.eqb_spec t c); subst; simpl; lia.
  - unfold upd2. destruct (N.eqb_spec c0 c), (N.eqb_spec i (o_slot o)); simpl; auto. subst. right. right. rewrite P.
    unfold upd. destruct (N.eqb_spec (o_server o) c) as [E|E]; simpl; rewrite ?E; lia.
  - unfold upd in H. destruct (N.eqb_spec c0 c); [|auto]. subst. left. unfold asks in H. simpl in H. subst. exact A.
Qed.

Definition called (s : state) : Prop := forall c o, asks (tk s c) o -> port T c o.
Lemma called_goes s s' : called s -> goes T s s' -> called s'.
Proof. intros C (_ & _ & A) c o H. apply A in H as [H|H]; auto. Qed.

Lemma boot_port x a i : inv T x -> kd (sl x a i) = KPort -> sl x a i = boot_cap T a i.
Proof. intros I K. destruct (i_slots _ _ I a i) as [B|(_ & w & r & C & _)]; auto. rewrite C in K. discriminate. Qed.

Lemma goes_call s a i tag ws d : inv T (au s) -> goes T s (fst (do_call T s a i tag ws d)).
Proof.
  intros I. unfold do_call, refuse, mine. destruct (find_cap T s a i KPort CALL) eqn:F; [apply goes_refl|].
  apply find_cap_ok in F as (_ & K & _). pose proof (boot_port _ _ _ I K) as B. rewrite B in *. set (v := object (boot_cap T a i)).
  destruct (tag_ok tag); [|apply goes_refl]. destruct (negb (gone s v)); [|apply goes_refl].
  destruct (_ && _).
  { split; [|split]; simpl; auto; intros; [lia|]. unfold upd2. destruct (_ && _); auto. }
  destruct (negb _); [|apply goes_refl]. set (o := Open v i tag ws). assert (P : port T a o) by (split; [exact K|reflexivity]).
  set (s1 := with_counts _ _ _). assert (G : goes T s s1).
  { apply goes_trans with (s1 := on s a (fun k => k_with_wait k (WQueued o (arrivals s)))); [|apply goes_same; reflexivity].
    apply goes_on_port; simpl; [lia|]. unfold asks. simpl. intros p E. subst. auto. }
  destruct (match k_wait (tk s v) with WRecv => true | _ => false end); [|exact G].
  assert (D : goes T s1 (fst (deliver T s1 a v o))).
  { apply goes_deliver; auto. unfold s1, asks. simpl. unfold upd. rewrite N.eqb_refl. reflexivity. }
  destruct (deliver T s1 a v o) as [s2 outs]. simpl in *. eapply goes_trans; [exact G|]. eapply goes_trans; [exact D|].
  apply goes_on. mild.
Qed.
Lemma goes_recv s a d : called s -> goes T s (fst (do_recv T a s d)).
Proof.
  intros C. unfold do_recv. set (s1 := if k_ready (tk s a) then s else _). assert (G : goes T s s1).
  { unfold s1. destruct (k_ready (tk s a)); [apply goes_refl|]. eapply goes_trans; [apply goes_on with (t := a)|apply goes_on, mild_set_bits].
    mild. }
  assert (C1 := called_goes _ _ C G). clearbody s1. eapply goes_trans; [exact G|].
  destruct (negb _); [apply goes_on; mild|]. destruct (first_caller T s1 a) as [[c n]|] eqn:F.
  - apply first_caller_calls in F; auto. destruct (k_wait (tk s1 c)) eqn:W; try apply goes_refl.
    assert (A : asks (tk s1 c) o) by (unfold asks; now rewrite W). unfold calling in F. rewrite W in F. apply N.eqb_eq in F.
    assert (D := goes_deliver s1 c a o A (C1 _ _ A) F). destruct (deliver T s1 c a o). exact D.
  - destruct d; try apply goes_refl. apply goes_on. mild.
Qed.
Lemma goes_reply s a n tag ws : goes T s (fst (do_reply T s a n tag ws)).
Proof.
  unfold do_reply, refuse. destruct (tag_ok tag); [|apply goes_refl]. destruct (serves T s a n); [|apply goes_refl]. simpl.
  apply goes_then; auto. mild.
Qed.

Ltac tame := first [apply goes_refl | apply goes_on; mild; fail | apply goes_same; reflexivity | apply goes_on, mild_set_bits].
Lemma goes_invoke s a c : inv T (au s) -> called s -> goes T s (fst (invoke T s a c)).
Proof.
  intros I C. destruct c; simpl; try apply goes_refl;
    try (first [apply goes_call; assumption | apply goes_recv; assumption | apply goes_reply
           | unfold do_notify, do_wait, do_query, do_console, do_power, do_create, do_transfer, do_revoke, do_drop, do_map, do_unmap,
               do_irq_ack, do_dev_write, do_queue, do_post, do_inspect, release, refuse; cases; tame]; fail).
  - unfold do_reply_recv, refuse. destruct (tag_ok tag); [|apply goes_refl]. eapply goes_trans; [apply goes_reply|].
    apply goes_recv. eapply called_goes; [exact C|apply goes_reply].
  - eapply goes_trans; [apply goes_on with (t := a)|apply goes_die]. mild.
  - unfold do_start, refuse. destruct (find_task _ _ _ _ _); [apply goes_refl|]. destruct (at_rest _ _); [|apply goes_refl].
    destruct (_ && _); [apply goes_start|apply goes_refl].
  - unfold do_stop, refuse. destruct (find_task _ _ _ _ _); [apply goes_refl|]. destruct (negb _); [|apply goes_refl].
    assert (D : goes T s (if runs s t then die T s t Stopped else s)) by (destruct (runs s t); [apply goes_die|apply goes_refl]).
    set (s1 := if runs s t then _ else _) in *. clearbody s1. destruct (give_up =? 0); simpl; (eapply goes_trans; [exact D|]).
    + apply goes_on. mild.
    + eapply goes_trans; [|apply goes_fail]. apply goes_then; auto. mild.
  - unfold do_reset_step, refuse. destruct (find_task _ _ _ _ _); [apply goes_refl|]. destruct (at_rest _ _); [|apply goes_refl].
    apply goes_reset_step.
Qed.

Lemma goes_step s e : inv T (au s) -> called s -> goes T s (step T s e).
Proof.
  intros I C. destruct e; simpl.
  - destruct (can_run T s a); [|apply goes_refl]. unfold syscall. set (s1 := on s a (returns OK [])).
    assert (G : goes T s s1) by (apply goes_on; mild). eapply goes_trans; [exact G|].
    assert (D := goes_invoke s1 a c I (called_goes _ _ C G)). unfold answer. destruct (invoke T s1 a c) as [s2 []]; auto.
    eapply goes_trans; [exact D|]. apply goes_on. mild.
  - destruct (can_run T s a); [|apply goes_refl]. eapply goes_trans; [apply goes_on with (t := a)|apply goes_die]. mild.
  - apply goes_on, mild_expire.
  - unfold interrupt. destruct (if line =? 0 then None else window_of_line T line); [|apply goes_refl].
    destruct (w_owner _) as [[t i]|]; [|apply goes_refl]. destruct (_ =? 0); [apply goes_refl|].
    apply goes_then; auto. apply mild_set_bits.
  - destruct (can_run T s a); [|apply goes_refl]. unfold store. destruct (translate T s a p) as [[x prot]|]; [|apply goes_refl].
    destruct (prot =? PROT_RW); [apply goes_same; reflexivity|apply goes_refl].
  - apply goes_same; reflexivity.
  - apply goes_same; reflexivity.
Qed.

(* Since boot: nobody calls but through a port, and no session is with a life to come. *)
Definition no_later (s : state) : Prop :=
  forall c i, kd (boot_cap T c i) = KPort -> se s c i <= k_gen (tk s (object (boot_cap T c i))).
Lemma no_later_goes s s' : no_later s -> goes T s s' -> no_later s'.
Proof.
  intros L (G & S & _) c i K. specialize (L c i K). specialize (G (object (boot_cap T c i))).
  destruct (S c i K) as [E|[E|E]]; simpl in E; lia.
Qed.
Lemma goes_boot m : goes T (blank T m) (boot T m).
Proof.
  unfold boot. set (n := length _). eapply goes_trans; [|apply goes_start]. clearbody n. generalize (blank T m).
  induction n as [|n IH]; simpl; intros s; [apply goes_refl|]. eapply goes_trans; [apply goes_reset_step|apply IH].
Qed.
Lemma since_boot m s : reachable T m s -> called s /\ no_later s.
Proof.
  induction 1 as [|s e R [C L]].
  - split; [eapply called_goes; [|apply goes_boot]|eapply no_later_goes; [|apply goes_boot]].
    + intros c o A. contradiction.
    + intros c i _. simpl. lia.
  - assert (G := goes_step s e (inv_reachable _ _ _ V R) C). eauto using called_goes, no_later_goes.
Qed.
End Goes.

(* What events make of a state. *)
Definition run (T : table) (s : state) (es : list event) : state := fold_left (step T) es s.
Lemma reachable_run T m s es : reachable T m s -> reachable T m (run T s es).
Proof. revert s. induction es as [|e es IH]; simpl; intros s R; auto. apply IH. now constructor. Qed.
Lemma goes_run T m s es : valid T = true -> reachable T m s -> goes T s (run T s es).
Proof.
  intros V. revert s. induction es as [|e es IH]; simpl; intros s R; [apply goes_refl|].
  eapply goes_trans; [|apply IH; now constructor].
  apply goes_step; auto; [now apply (inv_reachable _ _ _ V R)|now apply (since_boot T V m)].
Qed.

(* 15. Lives are counted up, and the number of a session is that of the server's life with which it was last used: in whatever
   happens, it stays, or is forgotten, or becomes that of a life that the server has meanwhile. *)
Theorem sessions T m s es c i : valid T = true -> reachable T m s -> kd (boot_cap T c i) = KPort ->
  let s' := run T s es in let v := object (boot_cap T c i) in
  k_gen (tk s v) <= k_gen (tk s' v) /\ se s' c i <= k_gen (tk s' v) /\
  (se s' c i = se s c i \/ se s' c i = 0 \/ k_gen (tk s v) <= se s' c i).
Proof.
  intros V R K s' v.
  assert (G : goes T s s') by (now apply goes_run with (m := m)).
  destruct (since_boot T V m s' (reachable_run _ _ _ _ R)) as [_ L]. destruct G as (G & S & _). specialize (S c i K). simpl in S.
  split; [apply G|]. split; [now apply L|]. fold v in S. destruct S as [S|[S|S]]; auto. right. right. lia.
Qed.

(* 16. Whoever had a session with a life of a server that has ended is told so by its next call, whatever happened between, and
   only then the session is forgotten. *)
Theorem old_sessions_are_told T m s es c i tag ws d : valid T = true -> reachable T m s ->
  let s' := run T s es in let v := object (boot_cap T c i) in
  kd (boot_cap T c i) = KPort -> sub CALL (rights (boot_cap T c i)) = true ->
  se s c i <> 0 -> k_gen (tk s v) < k_gen (tk s' v) -> se s' c i = se s c i -> tag_ok tag = true -> gone s' v = false ->
  invoke T s' c (Call i tag ws d) = (with_se s' (upd2 (se s') c i 0), Done PEER_RESTARTED []).
Proof.
  intros V R s' v K P O D E G L. assert (R' : reachable T m s') by (now apply reachable_run).
  assert (I := inv_reachable _ _ _ V R').
  assert (B : sl (au s') c i = boot_cap T c i) by (destruct (i_slots _ _ I c i) as [B|[B _]]; congruence).
  destruct (valid_boot T c i V) as (_ & S & _); [left; congruence|].
  destruct (sessions T m s [] c i V R K) as (_ & X & _). simpl in X. fold v in X.
  assert (F : find_cap T s' c i KPort CALL = None).
  { unfold find_cap, mine. rewrite B, P. destruct (N.leb_spec (t_slots T c) i); [lia|]. rewrite K. reflexivity. }
  simpl. unfold do_call. rewrite F, G. unfold mine. rewrite B. fold v. rewrite L. simpl. rewrite E.
  destruct (N.eqb_spec (se s c i) 0); [contradiction|]. destruct (N.eqb_spec (se s c i) (k_gen (tk s' v))); [lia|]. reflexivity.
Qed.

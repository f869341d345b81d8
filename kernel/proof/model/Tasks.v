(* Claims about tasks: refusals, whom a step can touch, and what a death leaves behind. *)
Require Import Model Authority Steps Theorems.
From Coq Require Import NArith List Bool Lia.
Import ListNotations.
Open Scope N_scope.

(* These tell what happened; all other errors are refusals. *)
Definition tells (c : status) : bool :=
  match c with OK | NOTIFIED | TIMEOUT | PEER_RESTARTED | DROPPED | STUCK | IN_FLIGHT => true | _ => false end.

Ltac cases_in H := repeat match type of H with
  | context [match ?x with _ => _ end] => destruct x eqn:?; simpl in H
  end.
Ltac refused := let H := fresh in intros H; cases_in H; inversion H; subst; simpl; auto; try discriminate.

Lemma recv_tells T a s d s' e outs : do_recv T a s d = (s', Done e outs) -> tells e = true.
Proof. unfold do_recv, deliver. refused. Qed.

(* 9. A refusal changes nothing but the caller's registers. *)
Theorem refusal_changes_nothing T s a c s' e outs :
  invoke T s a c = (s', Done e outs) -> tells e = false -> s' = s /\ outs = [].
Proof.
  intros H R. revert H. destruct c; simpl; unfold do_call, do_recv, do_reply, do_reply_recv, do_notify, do_wait, do_query, do_console,
    do_power, do_start, do_stop, do_reset_step, do_inspect, do_create, do_transfer, do_revoke, do_drop, do_map, do_unmap, do_irq_ack,
    do_dev_write, do_queue, do_post, deliver, refuse; intros H; cases_in H; inversion H; subst; simpl in *; auto; try discriminate.
  apply recv_tells in H. congruence.
Qed.

Lemma copied_other T m bytes from to p : p <> to -> copied_page T m bytes from to p = m p.
Proof. intros N. unfold copied_page, updp. destruct (bytes =? 0); auto. destruct (page_eq p to); [contradiction|auto]. Qed.

(* ---- Whom a step can touch ---- *)

(* Task a may reach task b: the table lets it call or notify b, or it serves a call of b. *)
Definition port_to (T : table) (a b : N) : Prop := exists i, kd (boot_cap T a i) = KPort /\ object (boot_cap T a i) = b.
Definition linked (T : table) (s : state) (a b : N) : Prop := port_to T a b \/ calling (tk s b) a = true.

(* What a task is in the middle of. *)
Lemma port_fixed T x a i : inv T x -> kd (sl x a i) = KPort -> port_to T a (object (sl x a i)).
Proof.
  intros I K. destruct (i_slots _ _ I a i) as [B|(_ & w & r & C & _)]; [|rewrite C in K; discriminate].
  exists i. rewrite <- B. auto.
Qed.
Lemma client_port T a b : client_of T a b = true -> port_to T a b.
Proof.
  unfold client_of. intros H. apply existsb_exists in H as (i & _ & H). destruct (kd (boot_cap T a i)) eqn:K; try discriminate.
  bools. exists i. auto.
Qed.

(* b is as it was, or it is init and learned that something happened. *)
Definition untouched (T : table) (s s' : state) (b : N) : Prop :=
  (tk s' b = tk s b \/ (b = t_init T /\ tk s' b = set_bits 1 (tk s b))) /\
  (forall i, se s' b i = se s b i) /\ mem s' (PIn b) = mem s (PIn b) /\ mem s' (POut b) = mem s (POut b).

Section Touch.
Variable T : table.
Hypothesis V : valid T = true.
Variables (s : state) (a b : N).
Hypothesis I : inv T (au s).
Hypothesis Ni : a <> t_init T.
Hypothesis Nb : b <> a.
Hypothesis Nl : ~ linked T s a b.

Lemma not_port i : kd (sl (au s) a i) = KPort -> object (sl (au s) a i) <> b.
Proof. intros K E. apply Nl. left. rewrite <- E. now apply (port_fixed T (au s)). Qed.
Lemma not_calling : calling (tk s b) a = false.
Proof. destruct (calling (tk s b) a) eqn:E; auto. exfalso. apply Nl. now right. Qed.
Lemma not_client : client_of T a b = false.
Proof. destruct (client_of T a b) eqn:E; auto. exfalso. apply Nl. left. now apply client_port. Qed.
Lemma no_task i k r : k = KTask \/ k = KFactory -> find_cap T s a i k r <> None.
Proof. intros K F. apply find_cap_ok in F as (_ & E & _). apply Ni. eapply only_init; eauto. rewrite E. exact K. Qed.
Lemma no_find i t : find_task T s a i t <> None.
Proof. intros F. apply find_task_ok in F as (K & _ & _). apply Ni. eauto using only_init. Qed.

Lemma untouched_refl : untouched T s s b.
Proof. repeat split; auto. Qed.
Lemma untouched_die s0 l : (forall t, t <> a -> tk s0 t = tk s t) -> se s0 = se s -> mem s0 = mem s -> untouched T s (die T s0 a l) b.
Proof.
  intros K S M. pose proof not_calling as C. pose proof not_client as D. unfold die. destruct (N.eqb_spec a (t_init T)); [contradiction|].
  unfold untouched. simpl. rewrite S, M. repeat split; auto. unfold upd.
  assert (E : (if b =? a then dead T (release_all T s0 a) a l (tk s0 a) else tk s0 b) = tk s b).
  { destruct (N.eqb_spec b a); [contradiction|auto]. }
  unfold upd in *. simpl in *.
  destruct (N.eqb_spec b (t_init T)) as [Q|Q].
  - right. split; auto. rewrite <- Q. rewrite D. destruct (N.eqb_spec b a); [contradiction|]. rewrite K; auto. rewrite C. reflexivity.
  - left. rewrite D. destruct (N.eqb_spec b a); [contradiction|]. rewrite K; auto. now rewrite C.
Qed.

Lemma wait_set_bits n k : calling (set_bits n k) a = true -> calling k a = true.
Proof.
  unfold set_bits, deliver_bits. destruct (awaited _ =? 0); unfold calling; simpl; auto. discriminate.
Qed.
Lemma first_caller_calls s0 v c n : first_caller T s0 v = Some (c, n) -> calling (tk s0 c) v = true.
Proof.
  unfold first_caller. generalize (below (t_tasks T)) as l. intros l.
  assert (H : forall best, (forall c n, best = Some (c, n) -> calling (tk s0 c) v = true) -> forall c n,
    fold_left (fun best c => match k_wait (tk s0 c) with
      | WQueued o n => if o_server o =? v then better T c n best else best | _ => best end) l best = Some (c, n) ->
    calling (tk s0 c) v = true).
  { induction l as [|d l IH]; simpl; intros best B c' n' F; [eauto|]. eapply IH; [|exact F]. clear F IH c' n'. intros c' n' F.
    destruct (k_wait (tk s0 d)) eqn:W; eauto. destruct (o_server o =? v) eqn:O; eauto.
    assert (D : calling (tk s0 d) v = true) by (unfold calling; now rewrite W).
    unfold better in F. destruct best as [[e m]|]; [|congruence]. destruct (_ || _) in F; [congruence|eauto]. }
  apply H. discriminate.
Qed.

Ltac alone := unfold untouched; simpl; repeat split; auto; intros; upds; auto; try congruence; try contradiction.

Lemma untouched_recv s0 d : tk s0 b = tk s b -> untouched T s0 (fst (do_recv T a s0 d)) b.
Proof.
  intros E. pose proof not_calling as C. rewrite <- E in C. unfold do_recv.
  set (s1 := if k_ready (tk s0 a) then s0 else _).
  assert (U : untouched T s0 s1 b).
  { unfold s1. destruct (k_ready (tk s0 a)); [repeat split; auto|]. unfold untouched, lifecycle. simpl. repeat split; auto. unfold upd.
    destruct (N.eqb_spec b (t_init T)) as [Q|Q]; [right|left]; [split; auto; rewrite <- Q|];
      destruct (N.eqb_spec b a); try contradiction; reflexivity. }
  assert (D : calling (tk s1 b) a = false).
  { destruct (calling (tk s1 b) a) eqn:X; auto. destruct U as [[U|[_ U]] _]; rewrite U in X; [congruence|].
    apply wait_set_bits in X. congruence. }
  clearbody s1. destruct U as (U1 & U2 & U3 & U4).
  destruct (negb (k_bits (tk s1 a) =? 0)).
  - unfold untouched. simpl. unfold upd. destruct (N.eqb_spec b a); [contradiction|]. auto.
  - destruct (first_caller T s1 a) as [[c n]|] eqn:F.
    + apply first_caller_calls in F. assert (c <> b) by congruence. destruct (k_wait (tk s1 c)); try (repeat split; auto; fail).
      unfold deliver, untouched. simpl. rewrite !copied_other by congruence. unfold upd, upd2.
      destruct (N.eqb_spec b c); [congruence|]. auto.
    + destruct d; try (repeat split; auto; fail). unfold untouched. simpl. unfold upd. destruct (N.eqb_spec b a); [contradiction|]. auto.
Qed.

Lemma untouched_reply n tag ws : untouched T s (fst (do_reply T s a n tag ws)) b /\ tk (fst (do_reply T s a n tag ws)) b = tk s b.
Proof.
  pose proof not_calling as C. unfold do_reply, refuse. destruct (tag_ok tag); [|split; [apply untouched_refl|auto]].
  destruct (serves T s a n) as [o|] eqn:S; [|split; [apply untouched_refl|auto]].
  assert (n mod 64 <> b).
  { intros E. unfold serves in S. rewrite E in S. unfold calling in C. destruct (k_wait (tk s b)); try discriminate.
    destruct (_ && _) eqn:X in S; [|discriminate]. bools. congruence. }
  unfold untouched. simpl. rewrite !copied_other by congruence. unfold upd. destruct (N.eqb_spec b (n mod 64)); [congruence|].
  repeat split; auto.
Qed.

Lemma untouched_call i tag ws d : untouched T s (fst (do_call T s a i tag ws d)) b.
Proof.
  unfold do_call, refuse. destruct (find_cap T s a i KPort CALL) eqn:F; [apply untouched_refl|]. apply find_cap_ok in F as (_ & K & _).
  pose proof (not_port _ K) as N. unfold mine. set (v := object (sl (au s) a i)) in *. clearbody v.
  destruct (tag_ok tag); [|apply untouched_refl]. destruct (negb (gone s v)); [|apply untouched_refl].
  destruct (_ && _); [unfold untouched; simpl; repeat split; auto; intros; unfold upd2; destruct (N.eqb_spec b a); [contradiction|auto]|].
  destruct (negb (polls_in_vain _ _)); [|apply untouched_refl].
  destruct (match k_wait (tk s v) with WRecv => true | _ => false end); unfold deliver, untouched; simpl; unfold upd, upd2;
    destruct (N.eqb_spec b a), (N.eqb_spec b v); try congruence; try contradiction; repeat split; auto.
  all: apply copied_other; congruence.
Qed.

Lemma untouched_invoke c : untouched T s (fst (invoke T s a c)) b.
Proof.
  destruct c; simpl; try apply untouched_refl; try apply untouched_call; try (apply untouched_recv; reflexivity);
    try (unfold do_wait, do_query, do_console, do_power, do_create, do_drop, do_map, do_unmap, do_irq_ack, do_dev_write, do_queue,
           do_post, refuse; cases; first [apply untouched_refl | unfold untouched; simpl; unfold upd; destruct (N.eqb_spec b a);
             [contradiction|auto] | unfold untouched; simpl; auto]; fail);
    try (unfold do_start, do_stop, do_reset_step, do_inspect, do_transfer, do_revoke, refuse; destruct (find_task T s a _ _) eqn:F;
         [apply untouched_refl|now apply no_find in F]).
  - apply untouched_reply.
  - unfold do_reply_recv, refuse. destruct (tag_ok tag); [|apply untouched_refl].
    destruct (untouched_reply token tag words) as [(U1 & U2 & U3 & U4) E]. destruct (untouched_recv _ d E) as (W1 & W2 & W3 & W4).
    unfold untouched. rewrite W3, W4, U3, U4. repeat split; auto; [|intros; now rewrite W2, U2].
    rewrite E in W1. exact W1.
  - unfold do_notify, refuse. destruct (find_cap T s a slot KPort NOTIFY) eqn:F; [apply untouched_refl|].
    apply find_cap_ok in F as (_ & K & _). pose proof (not_port _ K). unfold mine. destruct (_ && _); [|apply untouched_refl].
    destruct (negb _); [|apply untouched_refl]. unfold untouched. simpl. unfold upd. destruct (N.eqb_spec b (object (sl (au s) a slot))); [congruence|auto].
  - apply untouched_die; auto. intros t N. simpl. unfold upd. destruct (N.eqb_spec t a); [contradiction|auto].
Qed.
End Touch.

(* 10. Integrity of tasks: what a task that is not init does leaves every task alone that it may neither call nor notify and that
   waits for no reply of it: its life, its waits, its bits, its registers, its sessions, its message pages; init alone learns of deaths. *)
Theorem integrity_tasks T m0 s e a b : valid T = true -> reachable T m0 s ->
  (exists c, e = Sys a c) \/ (exists cause pc address, e = Fault a cause pc address) ->
  a <> t_init T -> b <> a -> ~ linked T s a b -> untouched T s (step T s e) b.
Proof.
  intros V R [[c ->]|(cause & pc & address & ->)] Ni Nb Nl; assert (I := inv_reachable _ _ _ V R); simpl;
    destruct (can_run T s a); try (repeat split; auto; fail).
  - unfold syscall. set (s1 := on s a (returns OK [])).
    assert (E : tk s1 b = tk s b) by (unfold s1; simpl; unfold upd; destruct (N.eqb_spec b a); [contradiction|auto]).
    assert (U : untouched T s1 (fst (invoke T s1 a c)) b).
    { apply untouched_invoke; auto. unfold linked. rewrite E. exact Nl. }
    unfold answer. destruct (invoke T s1 a c) as [s2 []]; simpl in U; unfold untouched in *; rewrite E in U; simpl in *; auto.
    unfold upd. destruct (N.eqb_spec b a); [contradiction|auto].
  - apply untouched_die; auto. intros t N. simpl. unfold upd. destruct (N.eqb_spec t a); [contradiction|auto].
Qed.
(* 11. Integrity of memory: a task writes what its address space lets it write, and nothing else. *)
Theorem integrity_memory T m0 s a p value x : valid T = true -> reachable T m0 s -> mem (step T s (Store a p value)) x <> mem s x ->
  translate T s a p = Some (x, PROT_RW).
Proof.
  intros V R. simpl. destruct (can_run T s a); [|congruence]. unfold store.
  destruct (translate T s a p) as [[y prot]|]; [|congruence]. destruct (N.eqb_spec prot PROT_RW); [|congruence]. simpl. unfold updp.
  destruct (page_eq x y); [congruence|congruence].
Qed.

(* ---- What a death leaves behind ---- *)
Lemma released x w b t v : owned_by t (wn (a_release x w b) v) = true -> owned_by t (wn x v) = true /\ v <> w.
Proof.
  unfold a_release, a_free, a_unmap_window, a_reset. destruct b; simpl; unfold upd; rewrite N.eqb_refl; simpl;
    destruct (w_owner (wn x w)) as [[u j]|] eqn:O; unfold upd, owned_by; simpl; destruct (N.eqb_spec v w) as [->|]; simpl;
    try rewrite N.eqb_refl; simpl; rewrite ?O; try discriminate; auto.
Qed.
Lemma all_released s t l x v :
  owned_by t (wn (fold_left (fun a w => if owned_by t (wn a w) then a_release a w (v_resets (dv s w)) else a) l x) v) = true ->
  owned_by t (wn x v) = true /\ ~ In v l.
Proof.
  revert x. induction l as [|w l IH]; simpl; intros x H; [auto|]. apply IH in H as [H N].
  destruct (owned_by t (wn x w)) eqn:O.
  - apply released in H as [H M]. split; auto. intros [E|E]; [congruence|auto].
  - split; auto. intros [E|E]; [congruence|auto].
Qed.

Lemma inv_die T s t l : valid T = true -> inv T (au s) -> inv T (au (die T s t l)).
Proof.
  intros V I. rewrite au_die. eapply keeps_acts; [auto using valid_nothing|auto using valid_no_mmio|exact I|].
  apply (acts_release_all T s t t). auto.
Qed.
Lemma nothing_held T s t l : inv T (au s) -> forall w, owned_by t (wn (au (die T s t l)) w) = false.
Proof.
  intros I w. destruct (owned_by t (wn (au (die T s t l)) w)) eqn:E; auto. exfalso. rewrite au_die in E.
  apply all_released in E as [E N]. apply N, in_below. unfold owned_by in E.
  destruct (w_owner (wn (au s) w)) as [[u i]|] eqn:O; [|discriminate]. eapply i_range; eauto.
Qed.

(* 12. A death leaves nothing of the old life: each slot holds what the table put there at boot, no mapping of a device, no pending
   bit, no wait, no death to tell of; it needs all its pages restored, and its generation is another, so that no session of the old
   life goes on. *)
Theorem death_leaves_nothing T m0 s t l : valid T = true -> reachable T m0 s -> t <> t_init T ->
  let s' := die T s t l in
  (forall i, sl (au s') t i = boot_cap T t i) /\ (forall p, mp (au s') t p = None) /\
  k_bits (tk s' t) = 0 /\ k_peers (tk s' t) = 0 /\ k_wait (tk s' t) = WNone /\ k_gen (tk s' t) = k_gen (tk s t) + 1 /\
  k_todo (tk s' t) = own_pages T (kept s) t /\ k_life (tk s' t) = l.
Proof.
  intros V R N s'. assert (I := inv_reachable _ _ _ V R). assert (J : inv T (au s')) by (now apply inv_die).
  assert (H : forall w i, w_owner (wn (au s') w) <> Some (t, i)).
  { intros w i O. assert (E := nothing_held T s t l I w). fold s' in E. unfold owned_by in E. rewrite O, N.eqb_refl in E. discriminate. }
  split; [|split].
  - intros i. destruct (i_slots _ _ J t i) as [B|(_ & w & r & C & _)]; auto. exfalso. apply (H w i).
    pose proof (i_held _ _ J t i) as K. rewrite C in K. now apply K.
  - intros p. destruct (mp (au s') t p) as [m|] eqn:M; auto. exfalso. destruct (i_maps _ _ J _ _ _ M) as (_ & w & i & O & _). eapply H. exact O.
  - assert (C : client_of T t t = false).
    { destruct (client_of T t t) eqn:C; auto. exfalso. apply client_port in C as (i & K & O).
      destruct (valid_boot T t i V) as (_ & _ & X & E); [left; congruence|]. unfold valid_cap in X. rewrite <- E, K in X.
      destruct (t_ceiling T t i); bools.
      - apply is_nothing_eq in H0. rewrite H0 in K. discriminate.
      - congruence. }
    unfold s', die. destruct (N.eqb_spec t (t_init T)); [contradiction|]. simpl. unfold upd.
    destruct (N.eqb_spec t (t_init T)); [contradiction|]. rewrite C, N.eqb_refl. simpl. auto 10.
Qed.

Lemma find_task_refuses T s a i t : find_task T s a i t <> Some OK.
Proof.
  unfold find_task, find_cap. destruct (t_slots T a <=? i); [discriminate|]. destruct (kind_eq _ KNone); [discriminate|].
  destruct (kind_eq _ KTask); [|discriminate]. destruct (sub 0 _); [|discriminate]. destruct (_ && _); discriminate.
Qed.

(* 13. A start: only by init, of a task at rest whose pages are all restored; sessions and registers begin anew. *)
Theorem start_begins_anew T m0 s a i t s' : valid T = true -> reachable T m0 s -> invoke T s a (TaskStart i t) = (s', Done OK []) ->
  a = t_init T /\ k_todo (tk s t) = [] /\ k_life (tk s t) <> Running /\ k_life (tk s t) <> GivenUp /\
  (forall j, se s' t j = 0) /\ k_ret (tk s' t) = (OK, []) /\ k_wait (tk s' t) = WNone /\ k_life (tk s' t) = Running /\
  forall u, calling (tk s u) t = true -> u < t_tasks T -> k_ending (tk s u) = ETimeout.
Proof.
  intros V R. assert (I := inv_reachable _ _ _ V R). simpl. unfold do_start, refuse.
  destruct (find_task T s a i t) eqn:F; [intros H; inversion H; subst; now apply find_task_refuses in F|].
  apply find_task_ok in F as (K & _ & _). unfold at_rest.
  destruct (match k_life (tk s t) with Running | GivenUp => false | _ => true end) eqn:L; [|discriminate].
  destruct (k_todo (tk s t)) eqn:D; simpl; [|discriminate].
  destruct (mourned T s t) eqn:M; simpl; [discriminate|]. intros H. inversion H; subst. simpl.
  rewrite N.eqb_refl. unfold upd. rewrite N.eqb_refl. simpl. repeat split; auto.
  - eauto using only_init.
  - destruct (k_life (tk s t)); congruence.
  - destruct (k_life (tk s t)); congruence.
  - intros u C B. unfold mourned in M. destruct (k_ending (tk s u)) eqn:E; auto; exfalso;
      (assert (X : existsb (fun v => calling (tk s v) t && negb (still (k_ending (tk s v)))) (below (t_tasks T)) = true);
       [apply existsb_exists; exists u; rewrite in_below, C, E; auto|congruence]).
Qed.

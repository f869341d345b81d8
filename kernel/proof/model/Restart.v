(* What a restart leaves behind: nothing, the contents of memory included. *)
Require Import Model Authority Steps Theorems Tasks.
From Coq Require Import NArith List Bool Lia.
Import ListNotations.
Open Scope N_scope.

(* Memory of task t that no other task may write, and no device, and that is not kept: with its message pages. *)
Definition private (T : table) (t : N) (p : page) : Prop :=
  match p with
  | PMem m i => let e := t_extent T m in
      m < t_extents T /\ i < e_pages e /\ e_owner e = t /\ e_text e = false /\ e_keep e = false /\ e_shared e = false /\
      e_dma e = false
  | PIn u | POut u => u = t
  | _ => False
  end.
Definition live (k : task) : bool := match k_life k with Running => true | _ => false end.

(* Who does not run waits for nothing, and its memory is as new but for what is still to be restored. *)
Definition rested (T : table) (s : state) : Prop :=
  (forall m, kept s m = true -> e_keep (t_extent T m) = true) /\
  forall t, live (tk s t) = false -> k_wait (tk s t) = WNone /\
    forall p, private T t p -> In p (k_todo (tk s t)) \/ mem s p = Initial.

(* A step that touches nobody who does not run, but to end a wait. *)
Definition calm (T : table) (s s' : state) : Prop :=
  kept s' = kept s /\
  forall t, live (tk s' t) = false -> live (tk s t) = false /\
    (k_wait (tk s' t) = k_wait (tk s t) \/ k_wait (tk s' t) = WNone) /\ k_todo (tk s' t) = k_todo (tk s t) /\
    forall p, private T t p -> mem s' p = mem s p.
Definition gentle (f : task -> task) : Prop :=
  forall k, k_life (f k) = k_life k /\ (k_wait (f k) = k_wait k \/ k_wait (f k) = WNone) /\ k_todo (f k) = k_todo k.

Section Calm.
Variable T : table.
Hypothesis V : valid T = true.

Lemma calm_rested s s' : rested T s -> calm T s s' -> rested T s'.
Proof.
  intros [K R] [E C]. split; [now rewrite E|]. intros t L. apply C in L as (L & W & D & M). apply R in L as [X P].
  split; [destruct W; congruence|]. intros p H. rewrite D, M by auto. auto.
Qed.
Lemma calm_refl s : calm T s s.
Proof. split; auto. Qed.
Lemma calm_trans s s1 s2 : calm T s s1 -> calm T s1 s2 -> calm T s s2.
Proof.
  intros [E1 C1] [E2 C2]. split; [congruence|]. intros t L. apply C2 in L as (L & W2 & D2 & M2). apply C1 in L as (L & W1 & D1 & M1).
  repeat split; auto; try congruence.
  - destruct W2 as [W2|W2]; [rewrite W2; destruct W1; auto|auto].
  - intros p H. rewrite M2, M1; auto.
Qed.
Lemma calm_same s s' : tk s' = tk s -> mem s' = mem s -> kept s' = kept s -> calm T s s'.
Proof. intros A B C. split; auto. rewrite A, B. auto. Qed.
Lemma calm_all s f : (forall t, gentle (f t)) -> calm T s (all s f).
Proof.
  intros G. split; auto. intros t. simpl. unfold live. destruct (G t (tk s t)) as (A & B & C). rewrite A. auto 6.
Qed.
Lemma calm_on s t f : gentle f -> calm T s (on s t f).
Proof.
  intros G. split; auto. intros u. simpl. unfold upd. destruct (N.eqb_spec u t); auto. subst. unfold live.
  destruct (G (tk s t)) as (A & B & C). rewrite A. auto 6.
Qed.
Lemma calm_on_live s t f : live (f (tk s t)) = true -> calm T s (on s t f).
Proof. intros L. split; auto. intros u. simpl. unfold upd. destruct (N.eqb_spec u t); auto. congruence. Qed.

Lemma gentle_id : gentle (fun k => k).
Proof. intros k. auto. Qed.
Lemma gentle_deliver k : k_life (deliver_bits k) = k_life k /\ (k_wait (deliver_bits k) = k_wait k \/ k_wait (deliver_bits k) = WNone) /\
  k_todo (deliver_bits k) = k_todo k.
Proof. unfold deliver_bits. destruct (awaited k =? 0); simpl; auto. Qed.
Lemma gentle_set_bits b : gentle (set_bits b).
Proof. intros k. unfold set_bits. destruct (gentle_deliver (k_with_bits k (N.lor (k_bits k) b))) as (A & B & C). auto. Qed.
Lemma gentle_returns c outs : gentle (returns c outs).
Proof. intros k. simpl. auto. Qed.
Lemma gentle_expire : gentle expire.
Proof.
  intros k. unfold expire. destruct (k_wait k) eqn:W; [simpl; rewrite ?W; auto| | | |];
    (destruct (k_ending k); simpl; auto; destruct (gentle_deliver k) as (A & B & C); rewrite W in B; auto).
Qed.
Lemma calm_lifecycle s : calm T s (lifecycle T s).
Proof. apply calm_on, gentle_set_bits. Qed.
Lemma calm_fail s v e : calm T s (fail_callers s v e).
Proof. apply calm_all. intros t k. simpl. destruct (_ && _); simpl; auto. Qed.
Lemma calm_tell s c : calm T s (tell_servers T s c).
Proof.
  apply calm_all. intros t k. simpl. destruct (client_of T c t); auto. unfold set_bits_soon. destruct (_ =? 0); simpl; auto.
Qed.

Lemma own_has kp t p : (forall m, kp m = true -> e_keep (t_extent T m) = true) -> private T t p -> In p (own_pages T kp t).
Proof.
  intros K P. unfold own_pages. apply in_or_app. destruct p; simpl in P; try contradiction; [left|right; subst; simpl; auto..].
  destruct P as (L & J & O & X & E & _). apply in_concat. exists (map (PMem m) (below (e_pages (t_extent T m)))). split.
  - apply in_map_iff. exists m. split; [|now apply in_rev in L || (rewrite <- in_rev; now apply in_below)].
    rewrite O, N.eqb_refl, X. destruct (kp m) eqn:Q; auto. apply K in Q. congruence.
  - apply in_map, in_below. exact J.
Qed.

Lemma calm_start s t : calm T s (start T s t).
Proof. split; auto. intros u. simpl. unfold upd. destruct (N.eqb_spec u t); [discriminate|auto]. Qed.

Lemma rested_die s t l : rested T s -> rested T (die T s t l).
Proof.
  intros [K R]. unfold die.
  assert (D : rested T (on (release_all T s t) t (dead T s t l))).
  { split; auto. intros u. simpl. unfold upd. destruct (N.eqb_spec u t).
    - subst. simpl. intros _. split; auto. intros p P. left. now apply own_has.
    - apply R. }
  pose proof (calm_rested _ _ D (calm_fail _ t EDied)) as F. pose proof (calm_rested _ _ F (calm_tell _ t)) as G.
  destruct (t =? t_init T); [exact (calm_rested _ _ G (calm_same _ _ eq_refl eq_refl eq_refl))|].
  exact (calm_rested _ _ G (calm_lifecycle _)).
Qed.

Lemma rested_reset_step s t : rested T s -> rested T (reset_step T s t).
Proof.
  intros [K R]. unfold reset_step. destruct (k_todo (tk s t)) as [|p rest] eqn:D; [now split|].
  set (s1 := with_mem _ _). assert (Q : rested T s1).
  { split; auto. intros u. simpl. unfold upd. intros L.
    assert (L' : live (tk s u) = false) by (destruct (N.eqb_spec u t); [subst; exact L|exact L]).
    apply R in L' as [W P]. split; [destruct (N.eqb_spec u t); subst; exact W|]. intros q H. unfold updp.
    destruct (page_eq q p); [auto|]. apply P in H as [H|H]; auto. left. destruct (N.eqb_spec u t); auto. subst.
    rewrite D in H. simpl in H. destruct H; [congruence|auto]. }
  destruct p; auto. destruct (_ && _) eqn:E; auto. apply andb_true_iff in E as [_ E]. destruct Q as [Q1 Q2]. split; auto.
  intros n. simpl. unfold upd. destruct (N.eqb_spec n m); subst; auto.
Qed.

Lemma waits_live s t : rested T s -> k_wait (tk s t) <> WNone -> live (tk s t) = true.
Proof. intros [_ R] W. destruct (live (tk s t)) eqn:L; auto. now apply R in L as [L _]. Qed.
Lemma not_in t u p : private T t p -> t <> u -> p <> PIn u.
Proof. intros P N E. subst. simpl in P. congruence. Qed.
Lemma not_out t u p : private T t p -> t <> u -> p <> POut u.
Proof. intros P N E. subst. simpl in P. congruence. Qed.

Lemma calm_deliver s c v o : live (tk s c) = true -> live (tk s v) = true -> calm T s (fst (deliver T s c v o)).
Proof.
  intros C L. split; auto. intros t. simpl. unfold upd. destruct (N.eqb_spec t c).
  - subst. unfold live in *. simpl. congruence.
  - intros M. repeat split; auto. intros p P. apply copied_other. eapply not_in; eauto. congruence.
Qed.

Lemma first_caller_waits s v c n : first_caller T s v = Some (c, n) -> k_wait (tk s c) <> WNone.
Proof. intros F W. apply first_caller_calls in F; auto. unfold calling in F. rewrite W in F. discriminate. Qed.

Lemma calm_call s a i tag ws d : rested T s -> live (tk s a) = true -> calm T s (fst (do_call T s a i tag ws d)).
Proof.
  intros R A. unfold do_call, refuse. destruct (find_cap _ _ _ _ _ _); [apply calm_refl|]. destruct (tag_ok tag); [|apply calm_refl].
  destruct (negb (gone _ _)); [|apply calm_refl]. destruct (_ && _); [now apply calm_same|].
  destruct (negb _); [|apply calm_refl]. set (v := object _). set (s1 := with_counts _ _ _).
  assert (C1 : calm T s s1).
  { eapply calm_trans; [apply calm_on_live with (t := a)|apply calm_same; reflexivity]. exact A. }
  destruct (match k_wait (tk s v) with WRecv => true | _ => false end) eqn:W; [|exact C1].
  assert (Lv : live (tk s v) = true) by (apply waits_live; auto; intros E; rewrite E in W; discriminate).
  assert (D : calm T s1 (fst (deliver T s1 a v (Open v i tag ws)))).
  { apply calm_deliver; simpl; unfold upd.
    - rewrite N.eqb_refl. exact A.
    - destruct (N.eqb_spec v a) as [E|E]; [rewrite E; exact A|exact Lv]. }
  destruct (deliver T s1 a v _) as [s2 outs]. simpl in *. eapply calm_trans; [exact C1|]. eapply calm_trans; [exact D|].
  apply calm_on. intros k. simpl. auto.
Qed.

Lemma calm_recv s a d : rested T s -> live (tk s a) = true -> calm T s (fst (do_recv T a s d)).
Proof.
  intros R A. unfold do_recv. set (s1 := if k_ready (tk s a) then s else _).
  assert (C : calm T s s1 /\ live (tk s1 a) = true).
  { unfold s1. destruct (k_ready (tk s a)); [split; [apply calm_refl|exact A]|]. split.
    - eapply calm_trans; [apply calm_on with (t := a)|apply calm_lifecycle]. intros k. simpl. auto.
    - unfold lifecycle. simpl. unfold live, upd. destruct (N.eqb_spec a (t_init T)).
      + destruct (gentle_set_bits 1 (if t_init T =? a then k_with_ready (tk s a) true else tk s (t_init T))) as (E & _).
        rewrite E. rewrite e, N.eqb_refl in *. exact A.
      + rewrite N.eqb_refl. exact A. }
  destruct C as [C L]. assert (R1 := calm_rested _ _ R C). clearbody s1.
  eapply calm_trans; [exact C|]. destruct (negb _); [apply calm_on; intros k; simpl; auto|].
  destruct (first_caller T s1 a) as [[c n]|] eqn:F.
  - assert (Lc := waits_live _ _ R1 (first_caller_waits _ _ _ _ F)). destruct (k_wait (tk s1 c)); try apply calm_refl.
    assert (D := calm_deliver _ _ _ o Lc L). destruct (deliver T s1 c a o). exact D.
  - destruct d; try apply calm_refl. apply calm_on_live. exact L.
Qed.

Lemma calm_reply s a n tag ws : rested T s -> calm T s (fst (do_reply T s a n tag ws)).
Proof.
  intros R. unfold do_reply, refuse. destruct (tag_ok tag); [|apply calm_refl].
  destruct (serves T s a n) as [o|] eqn:S; [|apply calm_refl]. set (c := n mod 64).
  assert (L : live (tk s c) = true).
  { apply waits_live; auto. intros W. unfold serves in S. fold c in S. rewrite W in S. discriminate. }
  split; auto. intros t. simpl. unfold upd. destruct (N.eqb_spec t c).
  - subst. unfold live in *. simpl. congruence.
  - intros Lt. repeat split; auto. intros p P. apply copied_other. eapply not_out; eauto.
Qed.
End Calm.

Lemma died_rests T s t l : l <> Running -> live (tk (die T s t l) t) = false.
Proof.
  intros L. assert (E : k_life (tk (die T s t l) t) = l).
  { assert (D : forall u, k_life (tk (tell_servers T (fail_callers (on (release_all T s t) t (dead T s t l)) t EDied) t) u) =
                          if u =? t then l else k_life (tk s u)).
    { intros u. simpl. unfold upd, set_bits_soon. destruct (N.eqb_spec u t) as [->|].
      - repeat match goal with |- context [if ?x then _ else _] => destruct x; simpl; auto end.
      - repeat match goal with |- context [if ?x then _ else _] => destruct x; simpl; auto end. }
    unfold die. destruct (N.eqb_spec t (t_init T)).
    - cbn [tk with_halted]. rewrite D, N.eqb_refl. reflexivity.
    - unfold lifecycle, on. cbn [tk with_tk]. unfold upd at 1. destruct (N.eqb_spec t (t_init T)); [contradiction|].
      rewrite D, N.eqb_refl. reflexivity. }
  unfold live. rewrite E. destruct l; congruence.
Qed.

Section Steps.
Variable T : table.
Hypothesis V : valid T = true.

Ltac tame := first [apply calm_refl | apply calm_on; intros k; simpl; auto; fail | apply calm_same; reflexivity
                   | apply calm_on, gentle_set_bits].

Lemma rested_invoke s a c : rested T s -> live (tk s a) = true -> rested T (fst (invoke T s a c)).
Proof.
  intros R A. destruct c; simpl; auto;
    try (eapply calm_rested; [exact R|]; first [apply calm_call; assumption | apply calm_recv; assumption
           | apply calm_reply; assumption
           | unfold do_notify, do_query, do_console, do_power, do_create, do_transfer, do_revoke, do_drop, do_map, do_unmap, do_irq_ack,
               do_dev_write, do_queue, do_post, do_inspect, release, refuse; cases; tame]; fail).
  - unfold do_reply_recv, refuse. destruct (tag_ok tag); auto. assert (C := calm_reply _ s a token tag words R).
    assert (R1 := calm_rested _ _ _ R C). eapply calm_rested; [exact R1|]. apply calm_recv; auto.
    unfold do_reply, refuse. destruct (tag_ok tag); auto. destruct (serves T s a token); auto. simpl. unfold upd.
    destruct (N.eqb_spec a (token mod 64)); auto. subst. exact A.
  - unfold do_wait, refuse. destruct (negb _); [eapply calm_rested; [exact R|tame]|]. destruct d; auto.
    eapply calm_rested; [exact R|]. apply calm_on_live. exact A.
  - apply rested_die. eapply calm_rested; [exact R|tame].
  - unfold do_start, refuse. destruct (find_task _ _ _ _ _); auto. destruct (at_rest _ _); auto. destruct (_ && _); auto.
    eapply calm_rested; [exact R|apply calm_start].
  - unfold do_stop, refuse. destruct (find_task _ _ _ _ _); auto. destruct (negb _); auto.
    assert (D : rested T (if runs s t then die T s t Stopped else s) /\
                live (tk (if runs s t then die T s t Stopped else s) t) = false).
    { destruct (runs s t) eqn:L; [|split; [exact R|exact L]]. split; [now apply rested_die|].
      apply died_rests. discriminate. }
    destruct D as [D L]. set (s1 := if runs s t then _ else _) in *. clearbody s1.
    destruct (give_up =? 0); simpl.
    + eapply calm_rested; [exact D|]. split; auto. intros u. simpl. unfold upd. destruct (N.eqb_spec u t); auto. subst. auto 6.
    + eapply calm_rested; [|apply calm_fail]. eapply calm_rested; [exact D|]. split; auto. intros u. simpl. unfold upd.
      destruct (N.eqb_spec u t); auto. subst. auto 6.
  - unfold do_reset_step, refuse. destruct (find_task _ _ _ _ _); auto. destruct (at_rest _ _); auto. now apply rested_reset_step.
Qed.

Lemma rested_answer s a r : rested T s -> rested T (fst r) -> rested T (answer a r).
Proof.
  intros _ R. destruct r as [s' []]; simpl in *; auto. eapply calm_rested; [exact R|]. apply calm_on. intros k. simpl. auto.
Qed.
Lemma rested_store m0 s a p value : reachable T m0 s -> live (tk s a) = true -> rested T s -> rested T (store T s a p value).
Proof.
  intros H A R. unfold store. destruct (translate T s a p) as [[x prot]|] eqn:M; auto. destruct (prot =? PROT_RW); auto.
  eapply calm_rested; [exact R|]. split; auto. intros t. simpl. intros L. repeat split; auto. intros q P. unfold updp.
  destruct (page_eq q x); auto. subst q. exfalso. assert (N : a <> t) by congruence.
  destruct (mappings T m0 V s a p x prot H M) as [(w & j & i & E & _)|[(w & q & i & E & _)|[([E|E] & _)|(m & j & E & _ & _ & O & _)]]];
    subst x; simpl in P; try contradiction; try congruence.
  destruct P as (_ & _ & O' & _ & _ & S & _). destruct O; congruence.
Qed.
Lemma rested_step m0 s e : reachable T m0 s -> rested T s -> rested T (step T s e).
Proof.
  intros H R. destruct e; simpl.
  - destruct (can_run T s a) eqn:C; auto. unfold can_run in C. bools. unfold syscall.
    set (s1 := on s a (returns OK [])). assert (R1 : rested T s1) by (eapply calm_rested; [exact R|apply calm_on; intros k; simpl; auto]).
    apply rested_answer with (s := s1); auto. apply rested_invoke; auto. unfold s1. simpl. unfold upd. now rewrite N.eqb_refl.
  - destruct (can_run T s a); auto. apply rested_die. eapply calm_rested; [exact R|]. apply calm_on. intros k. simpl. auto.
  - eapply calm_rested; [exact R|]. apply calm_on, gentle_expire.
  - unfold interrupt. destruct (if line =? 0 then None else window_of_line T line); auto. destruct (w_owner _) as [[t i]|]; auto.
    destruct (_ =? 0); auto. eapply calm_rested; [exact R|]. apply calm_trans with (s1 := with_au s (claim s n true)).
    + apply calm_same; reflexivity.
    + apply calm_on, gentle_set_bits.
  - destruct (can_run T s a) eqn:C; auto. unfold can_run in C. bools. eapply rested_store; eauto.
  - eapply calm_rested; [exact R|]. apply calm_same; reflexivity.
  - eapply calm_rested; [exact R|]. apply calm_same; reflexivity.
Qed.
Lemma rested_boot m0 : rested T (boot T m0).
Proof.
  assert (B : rested T (blank T m0)).
  { split; simpl; [discriminate|]. intros t _. split; auto. intros p P. left. apply own_has; auto. simpl. discriminate. }
  unfold boot. set (n := length _). assert (R : forall n s, rested T s -> rested T (times n (fun s => reset_step T s (t_init T)) s)).
  { induction n0 as [|n0 IH]; simpl; intros s R; auto. apply IH. now apply rested_reset_step. }
  eapply calm_rested; [apply R, B|apply calm_start].
Qed.
Lemma rested_reachable m0 s : reachable T m0 s -> rested T s.
Proof. induction 1; [apply rested_boot|eapply rested_step; eauto]. Qed.

(* 14. A restart leaves nothing in memory: when a task starts, its message pages, and all memory of its own that others, or
   devices, cannot write and that is not kept, hold what they held at first, whatever anybody wrote and whoever called since. *)
Theorem restart_leaves_nothing m0 s a i t s' : reachable T m0 s -> invoke T s a (TaskStart i t) = (s', Done OK []) ->
  forall p, private T t p -> mem s' p = Initial.
Proof.
  intros H S p P. pose proof (start_begins_anew T m0 s a i t s' V H S) as (_ & D & L & _).
  destruct (rested_reachable _ _ H) as [_ R]. specialize (R t).
  assert (M : mem s' = mem s).
  { revert S. simpl. unfold do_start, refuse. destruct (find_task T s a i t); [intros E; now inversion E|].
    destruct (at_rest s t); [|discriminate]. destruct (_ && _); [|discriminate]. intros E. now inversion E. }
  rewrite M. destruct R as [_ R].
  - unfold live. destruct (k_life (tk s t)); congruence.
  - destruct (R p P) as [I|I]; auto. rewrite D in I. contradiction.
Qed.
End Steps.

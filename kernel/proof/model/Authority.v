(* What authority may become. Every entry into the kernel changes it by steps of [act] alone, and each of them keeps
   [inv], which says that all authority is declared and that every mapping and every descriptor rests on it. *)
Require Import Model.
From Coq Require Import NArith List Bool Lia.
Import ListNotations.
Open Scope N_scope.

(* ---- Tools ---- *)
Lemma in_below n p : In p (below n) <-> p < n.
Proof.
  unfold below. rewrite <- (N2Nat.id n) at 2. induction (N.to_nat n) as [|k IH]; simpl.
  - lia.
  - rewrite in_app_iff, IH. simpl. lia.
Qed.
Lemma forall_below f n p : forallb f (below n) = true -> p < n -> f p = true.
Proof. intros H L. rewrite forallb_forall in H. apply H, in_below, L. Qed.

Ltac bools := repeat match goal with
  | H : _ && _ = true |- _ => apply andb_true_iff in H; destruct H
  | H : _ || _ = false |- _ => apply orb_false_iff in H; destruct H
  | H : negb _ = true |- _ => apply negb_true_iff in H
  | H : negb _ = false |- _ => apply negb_false_iff in H
  | H : (_ =? _) = true |- _ => apply N.eqb_eq in H
  | H : (_ =? _) = false |- _ => apply N.eqb_neq in H
  | H : (_ <? _) = true |- _ => apply N.ltb_lt in H
  | H : (_ <? _) = false |- _ => apply N.ltb_ge in H
  | H : (_ <=? _) = true |- _ => apply N.leb_le in H
  | H : (_ <=? _) = false |- _ => apply N.leb_gt in H
  end.
(* Decides each comparison of indices. *)
Ltac split_if := match goal with
  | |- context [if (?a =? ?b) && (?c =? ?d) then _ else _] => destruct (N.eqb_spec a b), (N.eqb_spec c d); simpl
  | |- context [if ?a =? ?b then _ else _] => destruct (N.eqb_spec a b); simpl
  | H : context [if (?a =? ?b) && (?c =? ?d) then _ else _] |- _ => destruct (N.eqb_spec a b), (N.eqb_spec c d); simpl in H
  | H : context [if ?a =? ?b then _ else _] |- _ => destruct (N.eqb_spec a b); simpl in H
  end.
Ltac upds := unfold upd, upd2 in *; simpl in *; repeat (split_if; subst); simpl in *.

Lemma upd2_eq {A} (f : N -> N -> A) k l v : upd2 f k l v k l = v.
Proof. unfold upd2. now rewrite !N.eqb_refl. Qed.

(* ---- What is declared ---- *)
Definition allowed (T : table) (t i w r class : N) : Prop :=
  sub r DEVICE = true /\
  match ceiling_of T t i with
  | Some l => c_class l = class /\ c_base l <= t_base T w /\
              t_base T w + t_pages T w * PAGE <= c_base l + c_bytes l /\ sub r (c_rights l) = true
  | None => t = t_init T
  end.
Definition map_ok (T : table) (c : cap) (w : N) (m : page * N) : Prop :=
  (exists j, fst m = PWin w j /\ j < t_pages T w /\ sub MAP (rights c) = true /\ sub READ (rights c) = true /\
             (snd m = PROT_R \/ (snd m = PROT_RW /\ sub WRITE (rights c) = true))) \/
  (exists q, m = (PQueue w q, PROT_R)).
(* A device of task t may reach what a descriptor names, in its direction. *)
Definition dma_ok (T : table) (t : N) (d : desc) : Prop :=
  exists k, kd (boot_cap T t k) = KDma /\ object (boot_cap T t k) = d_memory d /\
            sub (if d_write d then WRITE else READ) (rights (boot_cap T t k)) = true /\
            d_offset d + d_bytes d <= e_pages (t_extent T (d_memory d)) * PAGE.

Record inv (T : table) (x : authority) : Prop := Inv {
  i_slots : forall t i, sl x t i = boot_cap T t i \/
    (kd (boot_cap T t i) = KNone /\ exists w r, sl x t i = Cap KMmio r w 0 (interrupt_bits T t i r) /\
                                                allowed T t i w r (w_class (wn x w)));
  i_held : forall t i, kd (sl x t i) = KMmio -> w_owner (wn x (object (sl x t i))) = Some (t, i);
  i_owner : forall w t i, w_owner (wn x w) = Some (t, i) -> kd (sl x t i) = KMmio /\ object (sl x t i) = w;
  i_range : forall w t i, w_owner (wn x w) = Some (t, i) -> w < t_windows T;
  i_maps : forall t p m, mp x t p = Some m ->
    in_arena T t p = true /\ exists w i, w_owner (wn x w) = Some (t, i) /\ map_ok T (sl x t i) w m;
  i_queued : forall w q t i, w_owner (wn x w) = Some (t, i) -> q_size (qs x w q) <> 0 ->
    q_task (qs x w q) = t /\ exists p, mp x t p = Some (PQueue w q, PROT_R);
  i_dma : forall w q d, q_busy (qs x w q) d = true -> dma_ok T (q_task (qs x w q)) (q_desc (qs x w q) d) }.

(* ---- How authority changes ---- *)
Definition same_window (x y : window) : Prop := w_owner x = w_owner y /\ w_class x = w_class y.
Definition same_queue (T : table) (x y : queue) : Prop :=
  q_size x = q_size y /\ q_task x = q_task y /\
  forall d, q_busy y d = true -> (q_busy x d = true /\ q_desc y d = q_desc x d) \/ dma_ok T (q_task x) (q_desc y d).
Definition holds (x : authority) (who w : N) (r : N) : Prop :=
  exists i, kd (sl x who i) = KMmio /\ object (sl x who i) = w /\ sub r (rights (sl x who i)) = true.
(* Who may take a window away: its owner, and init. *)
Definition may_release (T : table) (who : N) (x : authority) (w : N) : Prop :=
  who = t_init T \/ owned_by who (wn x w) = true.

Inductive act (T : table) (who : N) (x : authority) : authority -> Prop :=
| act_create w i r class : who = t_init T -> w < t_windows T -> w_owner (wn x w) = None -> kd (sl x who i) = KNone ->
    allowed T who i w r class -> act T who x (a_hold T (a_reset x w true) w who i r class)
| act_transfer j w t i r : who = t_init T -> kd (sl x who j) = KMmio -> object (sl x who j) = w ->
    rights (sl x who j) = r -> kd (sl x t i) = KNone -> ceiling_of T t i <> None -> allowed T t i w r (w_class (wn x w)) ->
    (forall u p m, mp x u p = Some m -> is_page_of w (Some m) = false) ->
    act T who x (a_hold T (a_free x w) w t i r (w_class (wn x w)))
| act_release w b : may_release T who x w -> act T who x (a_release x w b)
| act_map p j prot w : in_arena T who p = true -> holds x who w MAP -> holds x who w READ -> j < t_pages T w ->
    prot = PROT_R \/ (prot = PROT_RW /\ holds x who w WRITE) -> mp x who p = None ->
    act T who x (a_map x who p (Some (PWin w j, prot)))
| act_unmap p w j prot : mp x who p = Some (PWin w j, prot) -> act T who x (a_map x who p None)
| act_reset w b : holds x who w 0 -> act T who x (a_reset x w b)
| act_window w y : holds x who w 0 -> same_window (wn x w) y -> act T who x (a_window x w y)
| act_queue w q p y : holds x who w 0 -> q_size (qs x w q) = 0 -> in_arena T who p = true -> mp x who p = None ->
    q_task y = who -> (forall d, q_busy y d = false) ->
    act T who x (a_map (a_queue x w q y) who p (Some (PQueue w q, PROT_R)))
| act_post w q y : holds x who w 0 -> same_queue T (qs x w q) y -> act T who x (a_queue x w q y).

Inductive acts (T : table) (who : N) (x : authority) : authority -> Prop :=
| acts_none : acts T who x x
| acts_more y z : acts T who x y -> act T who y z -> acts T who x z.
Lemma acts_one T who x y : act T who x y -> acts T who x y.
Proof. eauto using acts. Qed.
Lemma acts_trans T who x y z : acts T who x y -> acts T who y z -> acts T who x z.
Proof. induction 2; eauto using acts. Qed.

(* ---- Each of them keeps the invariant ---- *)
Section Keeps.
Variable T : table.
Hypothesis nothing_empty : forall t i, kd (boot_cap T t i) = KNone -> boot_cap T t i = nothing.
Hypothesis no_mmio : forall t i, kd (boot_cap T t i) <> KMmio.

Lemma empty_is_boot x t i : inv T x -> kd (sl x t i) = KNone -> sl x t i = nothing /\ kd (boot_cap T t i) = KNone.
Proof.
  intros I E. destruct (i_slots _ _ I t i) as [B|(B & w & r & C & _)].
  - rewrite B in *. auto.
  - rewrite C in E. discriminate.
Qed.

Lemma held_slot x t i : inv T x -> kd (sl x t i) = KMmio ->
  kd (boot_cap T t i) = KNone /\ allowed T t i (object (sl x t i)) (rights (sl x t i)) (w_class (wn x (object (sl x t i)))).
Proof.
  intros I E. destruct (i_slots _ _ I t i) as [B|(B & w & r & C & A)].
  - rewrite B in E. now apply no_mmio in E.
  - rewrite C in *. auto.
Qed.

Lemma keeps_reset x w b : inv T x -> inv T (a_reset x w b).
Proof.
  intros I. assert (W : forall v, w_owner (upd (wn x) w (w_with (wn x w) false 0) v) = w_owner (wn x v) /\
                                  w_class (upd (wn x) w (w_with (wn x w) false 0) v) = w_class (wn x v))
    by (intros v; upds; auto).
  assert (O := fun v => proj1 (W v)). assert (C := fun v => proj2 (W v)). clear W.
  destruct b; constructor; simpl; intros.
  - destruct (i_slots _ _ I t i) as [?|(B & v & r & E & A)]; [auto|]. right. split; auto. exists v, r. now rewrite C.
  - rewrite O. eapply i_held; eauto.
  - rewrite O in *. eapply i_owner; eauto.
  - rewrite O in *. eapply i_range; eauto.
  - unfold forget in H. destruct (is_queue_of w (mp x t p)); [discriminate|].
    destruct (i_maps _ _ I _ _ _ H) as (A & v & i & B & M). split; auto. exists v, i. now rewrite O.
  - rewrite O in *. destruct (N.eqb_spec w0 w); simpl in *; [lia|].
    destruct (i_queued _ _ I _ _ _ _ H H0) as (A & p & B). split; auto. exists p. unfold forget. rewrite B. simpl.
    now destruct (N.eqb_spec w0 w).
  - destruct (N.eqb_spec w0 w); simpl in *; [discriminate|]. eapply i_dma; eauto.
  - destruct (i_slots _ _ I t i) as [?|(B & v & r & E & A)]; [auto|]. right. split; auto. exists v, r. now rewrite C.
  - rewrite O. eapply i_held; eauto.
  - rewrite O in *. eapply i_owner; eauto.
  - rewrite O in *. eapply i_range; eauto.
  - destruct (i_maps _ _ I _ _ _ H) as (A & v & i & B & M). split; auto. exists v, i. now rewrite O.
  - rewrite O in *. eapply i_queued; eauto.
  - eapply i_dma; eauto.
Qed.

Lemma keeps_free x w m : inv T x ->
  (forall t p y, m t p = Some y <-> mp x t p = Some y /\ is_page_of w (Some y) = false) ->
  inv T (a_free (Authority (sl x) (wn x) m (qs x)) w).
Proof.
  intros I M. unfold a_free; simpl. destruct (w_owner (wn x w)) as [[t0 i0]|] eqn:E.
  - destruct (i_owner _ _ I _ _ _ E) as [K O]. destruct (held_slot _ _ _ I K) as [B _].
    constructor; simpl; intros.
    + unfold upd2. destruct (N.eqb_spec t t0) as [?|?], (N.eqb_spec i i0) as [?|?]; simpl; auto.
      1: subst; left; symmetry; auto.
      all: destruct (i_slots _ _ I t i) as [?|(B' & v & r & E' & A)]; auto; right; split; auto; exists v, r; upds; auto.
    + unfold upd2 in *. destruct (N.eqb_spec t t0) as [?|?], (N.eqb_spec i i0) as [?|?]; simpl in *; try discriminate.
      all: pose proof (i_held _ _ I _ _ H) as J; unfold upd; destruct (N.eqb_spec (object (sl x t i)) w) as [Q|Q] in *; auto;
        simpl; try (rewrite Q, E in J; congruence).
      all: try (pose proof (i_held _ _ I _ _ H) as J2); upds; congruence.
    + unfold upd in H. destruct (N.eqb_spec w0 w); simpl in H; [discriminate|].
      destruct (i_owner _ _ I _ _ _ H) as [K' O']. unfold upd2.
      destruct (N.eqb_spec t t0) as [?|?], (N.eqb_spec i i0) as [?|?]; simpl; auto. congruence.
    + unfold upd in H. destruct (N.eqb_spec w0 w); simpl in H; [discriminate|]. eapply i_range; eauto.
    + apply M in H as [H P]. destruct (i_maps _ _ I _ _ _ H) as (A & v & i & B' & C). split; auto.
      assert (v <> w) by (intros ->; destruct C as [(j & F & _)|(q & F)]; destruct m0; simpl in *; inversion F; subst;
                          simpl in P; rewrite N.eqb_refl in P; discriminate).
      exists v, i. destruct (i_owner _ _ I _ _ _ B') as [K' O'].
      unfold upd, upd2. destruct (N.eqb_spec v w); [congruence|]. split; auto.
      destruct (N.eqb_spec t t0) as [?|?], (N.eqb_spec i i0) as [?|?]; simpl; auto. congruence.
    + unfold upd in H. destruct (N.eqb_spec w0 w); simpl in H; [discriminate|].
      destruct (i_queued _ _ I _ _ _ _ H H0) as (A & p & P). split; auto. exists p. apply M. split; auto. simpl.
      now apply N.eqb_neq.
    + eapply i_dma; eauto.
  - constructor; simpl; try apply I; intros.
    + apply M in H as [H P]. eapply i_maps; eauto.
    + destruct (i_queued _ _ I _ _ _ _ H H0) as (A & p & P). split; auto. exists p. apply M. split; auto. simpl.
      apply N.eqb_neq. congruence.
Qed.

Lemma keeps_release x w b : inv T x -> inv T (a_release x w b).
Proof.
  intros I. apply keeps_reset with (w := w) (b := b) in I. unfold a_release, a_unmap_window.
  apply keeps_free; auto. intros t p y. unfold forget. destruct (is_page_of w (mp (a_reset x w b) t p)) eqn:E.
  - split; [discriminate|]. intros [H P]. rewrite H in E. congruence.
  - split; [|tauto]. intros H. rewrite H in E. auto.
Qed.

Lemma keeps_hold x w t i r class : inv T x -> w < t_windows T -> w_owner (wn x w) = None -> kd (sl x t i) = KNone ->
  (forall q, q_size (qs x w q) = 0) -> allowed T t i w r class -> inv T (a_hold T x w t i r class).
Proof.
  intros I L F E Q A. destruct (empty_is_boot _ _ _ I E) as [N B]. constructor; simpl; intros.
  - unfold upd2. destruct (N.eqb_spec t0 t) as [?|?], (N.eqb_spec i0 i) as [?|?]; simpl.
    1: subst; right; split; auto; exists w, r; split; auto; upds; auto; congruence.
    all: destruct (i_slots _ _ I t0 i0) as [?|(B' & v & r' & E' & A')]; auto; right; split; auto; exists v, r'; split; auto;
      assert (v <> w) by (intros ->; assert (K : kd (sl x t0 i0) = KMmio) by (now rewrite E');
        pose proof (i_held _ _ I _ _ K) as J; rewrite E' in J; simpl in J; congruence);
      unfold upd; destruct (N.eqb_spec v w); [congruence|auto].
    all: subst; auto.
  - unfold upd, upd2 in *. destruct (N.eqb_spec t0 t) as [?|?], (N.eqb_spec i0 i) as [?|?]; simpl in *.
    1: subst; now rewrite N.eqb_refl.
    all: pose proof (i_held _ _ I _ _ H) as J; destruct (N.eqb_spec (object (sl x t0 i0)) w) as [X|X] in *; auto.
    all: try (rewrite X in J; congruence).
    all: try (pose proof (i_held _ _ I _ _ H) as J2); upds; congruence.
  - unfold upd, upd2 in *. destruct (N.eqb_spec w0 w); simpl in H.
    + inversion H; subst. rewrite !N.eqb_refl; simpl; auto.
    + destruct (i_owner _ _ I _ _ _ H) as [K O].
      destruct (N.eqb_spec t0 t) as [?|?], (N.eqb_spec i0 i) as [?|?]; simpl; auto. subst. congruence.
  - unfold upd in H. destruct (N.eqb_spec w0 w); subst; auto. eapply i_range; eauto.
  - destruct (i_maps _ _ I _ _ _ H) as (P & v & j & O & M). split; auto. exists v, j.
    destruct (i_owner _ _ I _ _ _ O) as [K X]. unfold upd, upd2. destruct (N.eqb_spec v w); [congruence|]. split; auto.
    destruct (N.eqb_spec t0 t) as [?|?], (N.eqb_spec j i) as [?|?]; simpl; auto. congruence.
  - unfold upd in H. destruct (N.eqb_spec w0 w); subst; [congruence|]. eapply i_queued; eauto.
  - eapply i_dma; eauto.
Qed.

Lemma owner_of x who w r : inv T x -> holds x who w r -> exists i, w_owner (wn x w) = Some (who, i) /\ sub r (rights (sl x who i)) = true.
Proof. intros I (i & K & O & R). pose proof (i_held _ _ I _ _ K) as J. rewrite O in J. eauto. Qed.

Lemma keeps_map x t p m w i : inv T x -> in_arena T t p = true -> w_owner (wn x w) = Some (t, i) -> map_ok T (sl x t i) w m ->
  mp x t p = None -> inv T (a_map x t p (Some m)).
Proof.
  intros I A O M F. constructor; simpl; try apply I; intros.
  - unfold upd2 in H. destruct (N.eqb_spec t0 t) as [?|?], (N.eqb_spec p0 p) as [?|?]; simpl in H; try (eapply i_maps; eauto; fail).
    inversion H; subst. split; auto. eauto.
  - destruct (i_queued _ _ I _ _ _ _ H H0) as (B & p1 & P). split; auto. exists p1. unfold upd2.
    destruct (N.eqb_spec t0 t) as [?|?], (N.eqb_spec p1 p) as [?|?]; simpl; auto. congruence.
Qed.

Lemma keeps_act who x y : inv T x -> act T who x y -> inv T y.
Proof.
  intros I A. destruct A.
  - apply keeps_hold; auto; simpl.
    + now apply (keeps_reset x w true).
    + unfold upd. now rewrite N.eqb_refl.
    + intros q. now rewrite N.eqb_refl.
  - pose proof (i_held _ _ I _ _ H0) as J. rewrite H1 in J.
    assert (Z : forall q, q_size (qs x w q) = 0).
    { intros q. destruct (N.eq_dec (q_size (qs x w q)) 0); auto. destruct (i_queued _ _ I _ _ _ _ J n) as (_ & p & P).
      apply H6 in P. simpl in P. rewrite N.eqb_refl in P. discriminate. }
    apply keeps_hold; auto.
    + destruct x as [a b c d]. apply (keeps_free (Authority a b c d) w c I). intros u p m. split; [|tauto].
      simpl in *. eauto.
    + eapply i_range; eauto.
    + unfold a_free. rewrite J. simpl. unfold upd. now rewrite N.eqb_refl.
    + unfold a_free. rewrite J. simpl. upds; auto.
    + intros q. unfold a_free. rewrite J. simpl. auto.
  - now apply keeps_release.
  - destruct (owner_of _ _ _ _ I H0) as (i & O & R). destruct (owner_of _ _ _ _ I H1) as (i' & O' & R').
    assert (i' = i) by congruence. subst i'. eapply keeps_map; eauto. left. exists j. simpl. repeat split; auto.
    destruct H3 as [?|[? W]]; auto. destruct (owner_of _ _ _ _ I W) as (i' & O'' & R''). assert (i' = i) by congruence.
    subst i'. auto.
  - constructor; simpl; try apply I; intros.
    + unfold upd2 in H0. destruct ((t =? who) && (p0 =? p)); [discriminate|]. eapply i_maps; eauto.
    + destruct (i_queued _ _ I _ _ _ _ H0 H1) as (B & p1 & P). split; auto. exists p1. unfold upd2.
      destruct (N.eqb_spec t who) as [?|?], (N.eqb_spec p1 p) as [?|?]; simpl; auto. congruence.
  - now apply keeps_reset.
  - destruct H0 as [O C]. assert (W : forall v, w_owner (upd (wn x) w y v) = w_owner (wn x v) /\
                                                w_class (upd (wn x) w y v) = w_class (wn x v)) by (intros v; upds; auto).
    assert (O' := fun v => proj1 (W v)). assert (C' := fun v => proj2 (W v)).
    constructor; simpl; intros.
    + destruct (i_slots _ _ I t i) as [?|(B & v & r & E & A)]; [auto|]. right. split; auto. exists v, r. now rewrite C'.
    + rewrite O'. eapply i_held; eauto.
    + rewrite O' in *. eapply i_owner; eauto.
    + rewrite O' in *. eapply i_range; eauto.
    + destruct (i_maps _ _ I _ _ _ H0) as (A & v & i & B & M). split; auto. exists v, i. now rewrite O'.
    + rewrite O' in *. eapply i_queued; eauto.
    + eapply i_dma; eauto.
  - destruct (owner_of _ _ _ _ I H) as (i & O & _).
    constructor; simpl; try apply I; intros.
    + unfold upd2 in H5. destruct (N.eqb_spec t who) as [?|?], (N.eqb_spec p0 p) as [?|?]; simpl in H5; try (eapply i_maps; eauto; fail).
      inversion H5; subst. split; auto. exists w, i. split; auto. right. eauto.
    + unfold upd2 in *. destruct (N.eqb_spec w0 w) as [?|?], (N.eqb_spec q0 q) as [?|?]; simpl in *.
      1: rewrite e in H5; rewrite O in H5; inversion H5; subst t; split; auto; exists p; rewrite !N.eqb_refl, e, e0; auto.
      all: destruct (i_queued _ _ I _ _ _ _ H5 H6) as (B & p1 & P); split; auto; exists p1;
        destruct (N.eqb_spec t who), (N.eqb_spec p1 p); simpl; auto; congruence.
    + unfold upd2 in *. destruct (N.eqb_spec w0 w) as [?|?], (N.eqb_spec q0 q) as [?|?]; simpl in *; try (eapply i_dma; eauto; fail).
      congruence.
  - destruct H0 as (S & K & D). constructor; simpl; try apply I; intros; unfold upd2 in *.
    + destruct (N.eqb_spec w0 w) as [?|?], (N.eqb_spec q0 q) as [?|?]; simpl in *; try (eapply i_queued; eauto; fail).
      rewrite <- S in *. rewrite <- K. subst. eapply i_queued; eauto.
    + destruct (N.eqb_spec w0 w) as [?|?], (N.eqb_spec q0 q) as [?|?]; simpl in *; try (eapply i_dma; eauto; fail).
      rewrite <- K. destruct (D _ H0) as [[B E]|?]; auto. rewrite E. eapply i_dma; eauto.
Qed.

Lemma keeps_acts who x y : inv T x -> acts T who x y -> inv T y.
Proof. induction 2; eauto using keeps_act. Qed.
End Keeps.

(* What is claimed of the capability system. *)
Require Import Model Authority Steps.
From Coq Require Import NArith List Bool Lia.
Import ListNotations.
Open Scope N_scope.

Section Claims.
Variable T : table.
Variable m0 : page -> N.
Hypothesis V : valid T = true.
Notation reachable := (reachable T m0).

(* 1. Confinement: what a slot holds is what the table put there at boot, or a device within the ceiling of that slot;
   init may also hold devices in its slots without a ceiling. *)
Theorem confinement s t i : reachable s ->
  sl (au s) t i = boot_cap T t i \/
  (kd (boot_cap T t i) = KNone /\ exists w r, sl (au s) t i = Cap KMmio r w 0 (interrupt_bits T t i r) /\
     match ceiling_of T t i with
     | Some l => w_class (wn (au s) w) = c_class l /\ c_base l <= t_base T w /\
                 t_base T w + t_pages T w * PAGE <= c_base l + c_bytes l /\ sub r (c_rights l) = true
     | None => t = t_init T
     end).
Proof.
  intros R. destruct (i_slots _ _ (inv_reachable _ _ _ V R) t i) as [B|(B & w & r & C & _ & A)]; auto.
  right. split; auto. exists w, r. split; auto. destruct (ceiling_of T t i); intuition congruence.
Qed.

(* 2. No amplification: a capability that a step brings was held before with the same rights, or is a new one for a device
   that nobody held, made by init. *)
Lemma act_amplify who x y t i : inv T x -> act T who x y ->
  sl y t i = sl x t i \/ sl y t i = nothing \/
  (who = t_init T /\ exists w, kd (sl y t i) = KMmio /\ object (sl y t i) = w /\
    (w_owner (wn x w) = None \/
     exists j, kd (sl x who j) = KMmio /\ object (sl x who j) = w /\ rights (sl x who j) = rights (sl y t i))).
Proof.
  assert (Free : forall x w, sl (a_free x w) t i = sl x t i \/ sl (a_free x w) t i = nothing).
  { intros x' w'. unfold a_free. destruct (w_owner (wn x' w')) as [[u j]|]; simpl; auto. upds; auto. }
  intros I A. destruct A; simpl; auto.
  - unfold upd2. destruct (N.eqb_spec t who), (N.eqb_spec i i0); simpl; auto. subst. right. right. split; auto. exists w. auto.
  - unfold upd2. destruct (N.eqb_spec t t0), (N.eqb_spec i i0); simpl; auto;
      try (destruct (Free x w) as [?|?]; auto).
    all: right; right; split; auto; exists w; repeat split; auto; right; exists j; auto.
  - unfold a_release, a_unmap_window. destruct (Free (Authority (sl (a_reset x w b)) (wn (a_reset x w b))
      (forget (is_page_of w) (mp (a_reset x w b))) (qs (a_reset x w b))) w) as [E|E]; rewrite E; auto.
    left. destruct b; reflexivity.
  - destruct b; auto.
Qed.
Theorem no_amplification s e t i : reachable s -> forall x, acts T (actor T s e) (au s) x ->
  forall y, act T (actor T s e) x y ->
  sl y t i = sl x t i \/ sl y t i = nothing \/
  (actor T s e = t_init T /\ exists w, kd (sl y t i) = KMmio /\ object (sl y t i) = w /\
    (w_owner (wn x w) = None \/ exists j, kd (sl x (t_init T) j) = KMmio /\ object (sl x (t_init T) j) = w /\
                                          rights (sl x (t_init T) j) = rights (sl y t i))).
Proof.
  intros R x A y B. assert (I : inv T x).
  { eapply keeps_acts; [auto using valid_nothing|auto using valid_no_mmio|eapply inv_reachable; eauto|exact A]. }
  destruct (act_amplify _ _ _ t i I B) as [?|[?|(W & H)]]; auto. rewrite <- W. auto.
Qed.

(* 3. Init alone moves device authority: if a step puts a capability into a slot, init made it. *)
Theorem init_alone s e t i : reachable s -> actor T s e <> t_init T ->
  sl (au (step T s e)) t i = sl (au s) t i \/ sl (au (step T s e)) t i = nothing.
Proof.
  intros R W. assert (I := inv_reachable _ _ _ V R). assert (A := step_acts _ s e V I). revert A.
  generalize (au (step T s e)). intros y A. induction A as [|y z A IH B]; auto.
  assert (J : inv T y) by (eapply keeps_acts; [auto using valid_nothing|auto using valid_no_mmio|exact I|exact A]).
  destruct (act_amplify _ _ _ t i J B) as [E|[E|(X & _)]]; [|auto|contradiction].
  rewrite E. auto.
Qed.
(* Only init holds the capabilities to do so. *)
Theorem init_holds s t i : reachable s -> kd (sl (au s) t i) = KTask \/ kd (sl (au s) t i) = KFactory -> t = t_init T.
Proof. intros R. eauto using only_init, inv_reachable. Qed.

(* 4. One owner per window; and no two windows have an address in common. *)
Theorem one_owner s t i u j w : reachable s ->
  kd (sl (au s) t i) = KMmio -> object (sl (au s) t i) = w -> kd (sl (au s) u j) = KMmio -> object (sl (au s) u j) = w ->
  t = u /\ i = j.
Proof.
  intros R A B C D. assert (I := inv_reachable _ _ _ V R).
  pose proof (i_held _ _ I _ _ A) as E. pose proof (i_held _ _ I _ _ C) as F. rewrite B in E. rewrite D in F. split; congruence.
Qed.
Theorem windows_apart v w : v < t_windows T -> w < t_windows T -> v <> w ->
  t_base T v + t_pages T v * PAGE <= t_base T w \/ t_base T w + t_pages T w * PAGE <= t_base T v.
Proof.
  intros A B N. destruct (valid_parts _ V) as (_ & _ & _ & _ & W).
  assert (H : forall v w, v < t_windows T -> w < t_windows T -> v < w -> t_base T v + t_pages T v * PAGE <= t_base T w).
  { intros v' w' A' B' L. specialize (W _ A'). unfold valid_window in W. apply andb_true_iff in W as [W _].
    eapply forall_below in W; [|exact B']. apply orb_true_iff in W as [W|W]; bools; lia. }
  destruct (N.lt_trichotomy v w) as [?|[?|?]]; [left|contradiction|right]; auto.
Qed.

(* 5. A mapping of a device is the owner's, in its arena, of a page of the window, never executable, and no more than the
   slot allows; other mappings are those of the table, of memory that is the task's own or shared. *)
Theorem mappings s t p x prot : reachable s -> translate T s t p = Some (x, prot) ->
  (exists w j i, x = PWin w j /\ kd (sl (au s) t i) = KMmio /\ object (sl (au s) t i) = w /\ j < t_pages T w /\
                 sub MAP (rights (sl (au s) t i)) = true /\ sub READ (rights (sl (au s) t i)) = true /\
                 (prot = PROT_R \/ (prot = PROT_RW /\ sub WRITE (rights (sl (au s) t i)) = true))) \/
  (exists w q i, x = PQueue w q /\ kd (sl (au s) t i) = KMmio /\ object (sl (au s) t i) = w /\ prot = PROT_R) \/
  (x = PIn t \/ x = POut t) /\ prot = PROT_RW \/
  (exists m j, x = PMem m j /\ m < t_extents T /\ j < e_pages (t_extent T m) /\
     (e_owner (t_extent T m) = t \/ e_shared (t_extent T m) = true) /\
     (prot = PROT_R \/ (prot = PROT_RW /\ e_text (t_extent T m) = false) \/ (prot = PROT_RX /\ e_text (t_extent T m) = true))).
Proof.
  intros R. assert (I := inv_reachable _ _ _ V R). unfold translate. destruct (in_arena T t p).
  - intros M. destruct (i_maps _ _ I _ _ _ M) as (_ & w & i & O & K). destruct (i_owner _ _ I _ _ _ O) as [A B].
    destruct K as [(j & E & L & C & D & F)|(q & E)]; simpl in *.
    + left. exists w, j, i. auto 10.
    + right. left. exists w, q, i. inversion E. auto.
  - unfold fixed_map. destruct (p =? 1); [intros X; inversion X; subst; auto 7|]. destruct (p =? 3); [intros X; inversion X; subst; auto 7|].
    destruct (find (covers T t p) (t_maps T)) as [m|] eqn:F; [|discriminate]. intros E. inversion E; subst. clear E.
    apply find_some in F as [F C]. destruct (valid_parts _ V) as (_ & _ & M & _). specialize (M _ F).
    unfold valid_map in M. apply andb_true_iff in M as [M O]. apply andb_true_iff in M as [M P]. apply andb_true_iff in M as [L _].
    unfold covers in C. apply andb_true_iff in C as [C K]. apply andb_true_iff in C as [C _].
    apply N.ltb_lt in L, K. apply N.eqb_eq in C. right. right. right. exists (m_memory m), (p - m_page m). repeat split; auto.
    + apply orb_true_iff in O as [O|O]; auto. apply N.eqb_eq in O. left. congruence.
    + destruct (m_prot m =? PROT_RX) eqn:X; [apply N.eqb_eq in X; auto|].
      apply orb_true_iff in P as [P|P]; [apply N.eqb_eq in P; auto|]. bools. auto.
Qed.

(* 6. W^X, over all address spaces: no page that any task may write is executable for any task. *)
Theorem w_xor_x s t p x prot : reachable s -> translate T s t p = Some (x, prot) ->
  prot = PROT_R \/ prot = PROT_RW \/ prot = PROT_RX.
Proof. intros R M. destruct (mappings _ _ _ _ _ R M) as [H|[H|[H|H]]]; decompose [ex and or] H; auto. Qed.
Theorem w_xor_x_everywhere s t p x u q : reachable s ->
  translate T s t p = Some (x, PROT_RX) -> translate T s u q <> Some (x, PROT_RW).
Proof.
  intros R M N. destruct (mappings _ _ _ _ _ R M) as [A|[A|[A|A]]], (mappings _ _ _ _ _ R N) as [B|[B|[B|B]]];
    decompose [ex and or] A; decompose [ex and or] B; subst; unfold PROT_R, PROT_RW, PROT_RX in *; congruence.
Qed.
(* And different extents are different memory. *)
Theorem extents_apart m n : m < t_extents T -> n < t_extents T -> m < n ->
  e_phys (t_extent T m) + e_pages (t_extent T m) * PAGE <= e_phys (t_extent T n).
Proof.
  intros A B L. destruct (valid_parts _ V) as (_ & _ & _ & E & _). specialize (E _ A). unfold valid_extent in E.
  apply andb_true_iff in E as [_ E]. eapply forall_below in E; [|exact B]. apply orb_true_iff in E as [E|E]; bools; lia.
Qed.

(* 7. What a guarded device was told lies in DMA regions that the table gave to the task that told it, in their direction, and
   that task is the owner of the device as long as it has one. *)
Theorem dma s w q d : reachable s -> q_busy (qs (au s) w q) d = true -> dma_ok T (q_task (qs (au s) w q)) (q_desc (qs (au s) w q) d).
Proof. intros R. apply i_dma, (inv_reachable _ _ _ V R). Qed.
Theorem dma_owner s w q t i : reachable s -> w_owner (wn (au s) w) = Some (t, i) -> q_size (qs (au s) w q) <> 0 ->
  q_task (qs (au s) w q) = t.
Proof. intros R O Q. eapply (i_queued _ _ (inv_reachable _ _ _ V R)); eauto. Qed.

(* 8. Integrity of authority: whoever is not init leaves alone what others hold and have mapped, and every device that it does not own. *)
Lemma act_integrity who x y : inv T x -> who <> t_init T -> act T who x y ->
  (forall t i, t <> who -> sl y t i = sl x t i) /\ (forall t p, t <> who -> mp y t p = mp x t p) /\
  (forall w, owned_by who (wn x w) = false -> wn y w = wn x w /\ forall q, qs y w q = qs x w q).
Proof.
  intros I W A.
  assert (Own : forall w i, w_owner (wn x w) = Some (who, i) -> forall t p (P : option (page * N) -> bool),
    (P = is_page_of w \/ P = is_queue_of w) -> t <> who -> forget P (mp x) t p = mp x t p).
  { intros w i O t p P HP N. unfold forget. destruct (P (mp x t p)) eqn:E; auto. exfalso.
    destruct (mp x t p) as [m|] eqn:M; [|destruct HP; subst; discriminate].
    destruct (i_maps _ _ I _ _ _ M) as (_ & v & j & O' & K). assert (v = w).
    { destruct m as [y0 y1]. unfold map_ok in K. simpl in K. destruct K as [(k & F & _)|(q & F)]; inversion F; subst; destruct HP; subst; simpl in E;
        try discriminate; apply N.eqb_eq in E; auto. }
    subst v. congruence. }
  assert (Ho : forall w r, holds x who w r -> exists i, w_owner (wn x w) = Some (who, i)).
  { intros w r (i & K & O & _). exists i. rewrite <- O. now apply (i_held _ _ I). }
  assert (Nw : forall w i, w_owner (wn x w) = Some (who, i) -> forall v, owned_by who (wn x v) = false -> v <> w).
  { intros w i O v F ->. unfold owned_by in F. rewrite O, N.eqb_refl in F. discriminate. }
  destruct A; try contradiction.
  - destruct H as [?|O]; [contradiction|]. unfold owned_by in O. destruct (w_owner (wn x w)) as [[u j]|] eqn:E; [|discriminate].
    apply N.eqb_eq in O. subst u. unfold a_release, a_free.
    assert (X : w_owner (wn (a_unmap_window (a_reset x w b) w) w) = Some (who, j)).
    { unfold a_unmap_window, a_reset. destruct b; simpl; unfold upd; now rewrite N.eqb_refl. }
    rewrite X. simpl. repeat split; intros.
    + unfold upd2. destruct (N.eqb_spec t who); [contradiction|]. destruct b; reflexivity.
    + destruct b; simpl; [|eauto]. unfold forget at 1. assert (Q := Own _ _ E t p (is_queue_of w) (or_intror eq_refl) H).
      unfold forget in Q. unfold forget. rewrite Q. apply (Own _ _ E t p (is_page_of w)); auto.
    + pose proof (Nw _ _ E _ H). unfold upd. destruct b; simpl; unfold upd; destruct (N.eqb_spec w0 w); congruence.
    + pose proof (Nw _ _ E _ H). destruct b; simpl; auto. destruct (N.eqb_spec w0 w); congruence.
  - repeat split; auto. intros. simpl. unfold upd2. destruct (N.eqb_spec t who); [contradiction|auto].
  - repeat split; auto. intros. simpl. unfold upd2. destruct (N.eqb_spec t who); [contradiction|auto].
  - destruct (Ho _ _ H) as [j E]. repeat split; intros.
    + destruct b; reflexivity.
    + destruct b; simpl; eauto.
    + pose proof (Nw _ _ E _ H0). destruct b; simpl; unfold upd; destruct (N.eqb_spec w0 w); congruence.
    + pose proof (Nw _ _ E _ H0). destruct b; simpl; auto. destruct (N.eqb_spec w0 w); congruence.
  - destruct (Ho _ _ H) as [j E]. repeat split; auto. simpl. pose proof (Nw _ _ E _ H1). unfold upd. destruct (N.eqb_spec w0 w); congruence.
  - destruct (Ho _ _ H) as [j E]. repeat split; auto; simpl; intros.
    + unfold upd2. destruct (N.eqb_spec t who); [contradiction|auto].
    + pose proof (Nw _ _ E _ H5). unfold upd2. destruct (N.eqb_spec w0 w); [congruence|auto].
  - destruct (Ho _ _ H) as [j E]. repeat split; auto. simpl. intros. pose proof (Nw _ _ E _ H1). unfold upd2.
    destruct (N.eqb_spec w0 w); [congruence|auto].
Qed.
Theorem integrity_authority s e a : reachable s -> actor T s e = a -> a <> t_init T ->
  (forall t i, t <> a -> sl (au (step T s e)) t i = sl (au s) t i) /\
  (forall t p, t <> a -> translate T (step T s e) t p = translate T s t p) /\
  (forall w, owned_by a (wn (au s) w) = false ->
     wn (au (step T s e)) w = wn (au s) w /\ forall q, qs (au (step T s e)) w q = qs (au s) w q).
Proof.
  intros R E W. subst a. assert (I := inv_reachable _ _ _ V R). assert (A := step_acts _ s e V I). unfold translate.
  revert A. generalize (au (step T s e)). generalize (actor T s e) W. intros who N y A.
  assert (H : (forall t i, t <> who -> sl y t i = sl (au s) t i) /\ (forall t p, t <> who -> mp y t p = mp (au s) t p) /\
              (forall w, owned_by who (wn (au s) w) = false -> wn y w = wn (au s) w /\ forall q, qs y w q = qs (au s) w q)).
  { induction A as [|y z A IH B]; auto. destruct IH as (P & Q & S).
    assert (J : inv T y) by (eapply keeps_acts; [auto using valid_nothing|auto using valid_no_mmio|exact I|exact A]).
    destruct (act_integrity _ _ _ J N B) as (P' & Q' & S'). repeat split; intros.
    - rewrite P'; auto.
    - rewrite Q'; auto.
    - destruct (S _ H) as [S1 S2]. rewrite (proj1 (S' w ltac:(now rewrite S1))). auto.
    - destruct (S _ H) as [S1 S2]. rewrite (proj2 (S' w ltac:(now rewrite S1))). auto. }
  destruct H as (P & Q & S). repeat split; auto; intros; try (now apply S).
  rewrite Q; auto.
Qed.
End Claims.

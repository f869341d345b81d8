(* What a guarded device knows of memory. *)
Require Import Model Authority Steps Theorems.
From Coq Require Import NArith List Bool Lia.
Import ListNotations.
Open Scope N_scope.

(* The device in window w was told of the addresses from [from] up to [to], and may write there or not: of its queues, which are pages
   of the kernel, and of what descriptors name that it was given and has not given back. *)
Inductive knows (T : table) (x : authority) (w : N) : N -> N -> bool -> Prop :=
| knows_queue q : q_size (qs x w q) <> 0 -> knows T x w (t_phys T (PQueue w q)) (t_phys T (PQueue w q) + PAGE) true
| knows_memory q d : q_size (qs x w q) <> 0 -> q_busy (qs x w q) d = true ->
    let e := q_desc (qs x w q) d in let from := e_phys (t_extent T (d_memory e)) + d_offset e in
    knows T x w from (from + d_bytes e) (d_write e).

(* Within extent m: a region that the table gave to task t for its devices, in this direction. *)
Definition region (T : table) (t m from to : N) (writes : bool) : Prop :=
  let e := t_extent T m in
  m < t_extents T /\ e_owner e = t /\ e_dma e = true /\ e_text e = false /\
  (exists k, kd (boot_cap T t k) = KDma /\ object (boot_cap T t k) = m /\
             sub (if writes then WRITE else READ) (rights (boot_cap T t k)) = true) /\
  e_phys e <= from /\ to <= e_phys e + e_pages e * PAGE.

Section Devices.
Variable T : table.
Variable m0 : page -> N.
Hypothesis V : valid T = true.
Notation reachable := (reachable T m0).

Lemma dma_region t d : dma_ok T t d ->
  let from := e_phys (t_extent T (d_memory d)) + d_offset d in region T t (d_memory d) from (from + d_bytes d) (d_write d).
Proof.
  intros (k & K & O & R & B) from. destruct (valid_boot T t k V) as (_ & _ & C & E); [left; congruence|].
  unfold valid_cap in C. rewrite <- E, K, O in C. unfold region. destruct (t_ceiling T t k).
  { bools. apply is_nothing_eq in H. rewrite H in K. discriminate. }
  bools. repeat split; auto; try (unfold from; lia). exists k. auto.
Qed.

(* 17. All that a guarded device knows of memory is its queues, and regions of the task that set these up, in their direction; and
   that is its owner as long as it has one. *)
Theorem device_knows s w from to writes : reachable s -> knows T (au s) w from to writes ->
  (exists q, from = t_phys T (PQueue w q) /\ to = from + PAGE) \/
  (exists t m, region T t m from to writes /\ forall u i, w_owner (wn (au s) w) = Some (u, i) -> u = t).
Proof.
  intros R K. destruct K as [q S|q d S B]; [left; eauto|right].
  exists (q_task (qs (au s) w q)), (d_memory (q_desc (qs (au s) w q) d)). split.
  - apply dma_region. eapply dma; eauto.
  - intros u i O. symmetry. eapply dma_owner; eauto.
Qed.

(* 18. So no memory that is not such a region is reached by a device: not of others, nor text, nor what is not marked for devices. *)
Theorem device_reaches_no_other s w from to writes n : reachable s -> knows T (au s) w from to writes -> n < t_extents T ->
  (exists q, from = t_phys T (PQueue w q) /\ to = from + PAGE) \/
  to <= e_phys (t_extent T n) \/ e_phys (t_extent T n) + e_pages (t_extent T n) * PAGE <= from \/
  (exists t, region T t n from to writes).
Proof.
  intros R K N. destruct (device_knows _ _ _ _ _ R K) as [Q|(t & m & G & _)]; auto. right.
  assert (H := G). destruct H as (L & _ & _ & _ & _ & A & B). destruct (N.lt_trichotomy m n) as [C|[C|C]].
  - left. pose proof (extents_apart T V m n L N C). lia.
  - subst. eauto.
  - right. left. pose proof (extents_apart T V n m N L C). lia.
Qed.

(* 19. Nobody but its owner, and init, has a device know more. *)
Theorem device_is_told_by_its_owner s e w from to writes : reachable s -> actor T s e <> t_init T ->
  knows T (au (step T s e)) w from to writes -> knows T (au s) w from to writes \/ owned_by (actor T s e) (wn (au s) w) = true.
Proof.
  intros R A K. destruct (owned_by (actor T s e) (wn (au s) w)) eqn:O; auto. left.
  destruct (integrity_authority T m0 V s e _ R eq_refl A) as (_ & _ & Q). destruct (Q w O) as [_ E].
  destruct K; [rewrite E in *; now constructor|]. subst e0 from. rewrite E in *. now apply knows_memory.
Qed.

(* 20. What the owner of a guarded device writes to it by itself is none of the registers that take addresses; and of the features it
   starts only the first 24, which are of the kind of device, and the one of virtio 1: none that changes the form of queues, or
   whose addresses a device goes by. *)
Theorem device_registers s a i reg value s' outs : invoke T s a (DevWrite i reg value) = (s', Done OK outs) ->
  let w := object (sl (au s) a i) in t_virtio T w = true ->
  In reg [SEL_DEVICE; FEATURES; SEL_DRIVER; SEL_QUEUE; QUEUE_NOTIFY; STATUS] /\
  (reg = FEATURES -> sub value (if w_word (wn (au s) w) =? 0 then 0xffffff else 1) = true).
Proof.
  simpl. unfold do_dev_write, mine, refuse. destruct (find_cap T s a i KMmio 0) as [c|] eqn:F.
  { intros H. exfalso. inversion H. subst. unfold find_cap in F.
    repeat match type of F with context [if ?x then _ else _] => destruct x; try discriminate end. }
  intros H X. rewrite X in H. destruct (check_virtio s _ reg value) as [c|] eqn:C.
  { exfalso. inversion H. subst. unfold check_virtio in C.
    repeat match type of C with context [if ?x then _ else _] => destruct x; try discriminate end. }
  clear H. unfold check_virtio in C. simpl.
  destruct (N.eqb_spec reg SEL_DEVICE); [split; auto; intros; subst; discriminate|].
  destruct (N.eqb_spec reg SEL_QUEUE); [split; auto 8; intros; subst; discriminate|]. simpl in C.
  destruct (N.eqb_spec reg STATUS); [split; auto 8; intros; subst; discriminate|].
  destruct (N.eqb_spec reg SEL_DRIVER); [split; auto; intros; subst; discriminate|].
  destruct (N.eqb_spec reg FEATURES).
  { split; auto. intros _. destruct (sub value _); [reflexivity|discriminate]. }
  destruct (N.eqb_spec reg QUEUE_NOTIFY); [split; auto 8; intros; subst; discriminate|discriminate].
Qed.
End Devices.

(* Every entry into the kernel changes authority by the steps of Authority.v, in the name of the task that acts. *)
Require Import Model Authority.
From Coq Require Import NArith List Bool Lia.
Import ListNotations.
Open Scope N_scope.

(* ---- What a valid table says ---- *)
Lemma valid_parts T : valid T = true ->
  t_init T < t_tasks T /\ (forall t i, t < t_tasks T -> i < t_slots T t -> valid_cap T t i = true) /\
  (forall m, In m (t_maps T) -> valid_map T m = true) /\ (forall m, m < t_extents T -> valid_extent T m = true) /\
  (forall w, w < t_windows T -> valid_window T w = true).
Proof.
  unfold valid. intros V. repeat (apply andb_true_iff in V; destruct V as [V ?X]). bools. rewrite forallb_forall in X1.
  repeat split; eauto using forall_below. intros t i L M. eapply forall_below in X2; [|exact L]. eapply forall_below in X2; eauto.
Qed.
Lemma valid_boot T t i : valid T = true -> kd (boot_cap T t i) <> KNone \/ boot_cap T t i <> nothing ->
  t < t_tasks T /\ i < t_slots T t /\ valid_cap T t i = true /\ boot_cap T t i = t_boot T t i.
Proof.
  unfold boot_cap. intros V H. apply valid_parts in V as (_ & V & _). destruct (N.ltb_spec t (t_tasks T)), (N.ltb_spec i (t_slots T t)); simpl in *;
    try (destruct H as [H|H]; exfalso; apply H; reflexivity).
  auto.
Qed.
Lemma is_nothing_eq c : is_nothing c = true -> c = nothing.
Proof.
  destruct c as [k r o b s]. unfold is_nothing. simpl. destruct (kind_eq k KNone); simpl; intros; [|discriminate]. bools.
  subst. reflexivity.
Qed.
Lemma valid_nothing T t i : valid T = true -> kd (boot_cap T t i) = KNone -> boot_cap T t i = nothing.
Proof.
  intros V K. unfold boot_cap in *. destruct ((t <? t_tasks T) && (i <? t_slots T t)) eqn:E; auto. bools.
  assert (C : valid_cap T t i = true).
  { apply valid_parts in V as (_ & V & _). auto. }
  unfold valid_cap in C. rewrite K in C. destruct (t_ceiling T t i); bools; now apply is_nothing_eq.
Qed.
Lemma valid_no_mmio T t i : valid T = true -> kd (boot_cap T t i) <> KMmio.
Proof.
  intros V K. destruct (valid_boot T t i V) as (_ & _ & C & E); [left; congruence|]. unfold valid_cap in C. rewrite <- E, K in C.
  destruct (t_ceiling T t i); bools; try discriminate. unfold is_nothing in H. rewrite K in H. discriminate.
Qed.
Lemma valid_init T t i : valid T = true -> kd (boot_cap T t i) = KTask \/ kd (boot_cap T t i) = KFactory -> t = t_init T.
Proof.
  intros V K. destruct (valid_boot T t i V) as (_ & _ & C & E); [left; destruct K; congruence|].
  unfold valid_cap in C. rewrite <- E in C. destruct (t_ceiling T t i); bools.
  - apply is_nothing_eq in H. rewrite H in K. simpl in K. destruct K; discriminate.
  - destruct K as [K|K]; rewrite K in C; now apply N.eqb_eq.
Qed.

(* ---- Looking up ---- *)
Lemma find_cap_ok T s a i k r : find_cap T s a i k r = None ->
  i < t_slots T a /\ kd (sl (au s) a i) = k /\ sub r (rights (sl (au s) a i)) = true.
Proof.
  unfold find_cap, mine. destruct (N.leb_spec (t_slots T a) i); [discriminate|].
  destruct (kind_eq _ KNone); [discriminate|]. destruct (kind_eq _ k); [|discriminate].
  destruct (sub r _) eqn:E; [|discriminate]. auto.
Qed.
Lemma find_task_ok T s a i t : find_task T s a i t = None -> kd (sl (au s) a i) = KTask /\ t < t_tasks T /\ t <> a.
Proof.
  unfold find_task. destruct (find_cap T s a i KTask 0) eqn:E; [discriminate|]. apply find_cap_ok in E as (_ & K & _).
  destruct ((t <? t_tasks T) && negb (t =? a)) eqn:F; [|discriminate]. bools. auto.
Qed.
Lemma sub_0 r : sub 0 r = true.
Proof. unfold sub. now rewrite N.land_0_l. Qed.

(* Only init holds TASK and FACTORY. *)
Lemma only_init T x a i : valid T = true -> inv T x -> kd (sl x a i) = KTask \/ kd (sl x a i) = KFactory -> a = t_init T.
Proof.
  intros V I K. destruct (i_slots _ _ I a i) as [B|(_ & w & r & C & _)].
  - rewrite B in K. eauto using valid_init.
  - rewrite C in K. simpl in K. destruct K; discriminate.
Qed.
(* A DMA capability is one of the table's. *)
Lemma dma_fixed T x a i : inv T x -> kd (sl x a i) = KDma -> sl x a i = boot_cap T a i.
Proof. intros I K. destruct (i_slots _ _ I a i) as [B|(_ & w & r & C & _)]; auto. rewrite C in K. discriminate. Qed.

Lemma acts_release_all T s t who : who = t_init T \/ who = t -> acts T who (au s) (au (release_all T s t)).
Proof.
  intros W. unfold release_all. simpl. generalize (below (t_windows T)) as l. intros l.
  assert (H : forall x y, acts T who x y -> acts T who x
    (fold_left (fun a w => if owned_by t (wn a w) then a_release a w (v_resets (dv s w)) else a) l y)).
  { induction l as [|w l IH]; simpl; intros x y A; auto. apply IH. destruct (owned_by t (wn y w)) eqn:O; auto.
    eapply acts_more; [exact A|]. apply act_release. unfold may_release. destruct W as [W|W]; [now left|subst; auto]. }
  apply H. constructor.
Qed.
Lemma au_die T s t l : au (die T s t l) = au (release_all T s t).
Proof. unfold die. destruct (t =? t_init T); reflexivity. Qed.

Ltac cases := repeat match goal with
  | |- context [match ?x with _ => _ end] => destruct x eqn:?; simpl
  end.
Ltac same := intros; unfold do_call, do_recv, do_reply_recv, do_reply, do_notify, do_wait, do_query, do_console, do_power, do_start,
  do_reset_step, do_inspect, reset_step, deliver, refuse; cases; reflexivity.

Lemma au_call T s a i t w d : au (fst (do_call T s a i t w d)) = au s. Proof. same. Qed.
Lemma au_recv T s a d : au (fst (do_recv T a s d)) = au s. Proof. same. Qed.
Lemma au_reply T s a n t w : au (fst (do_reply T s a n t w)) = au s. Proof. same. Qed.
Lemma au_reply_recv T s a n t w d : au (fst (do_reply_recv T s a n t w d)) = au s.
Proof. unfold do_reply_recv. destruct (tag_ok t); [|reflexivity]. rewrite au_recv. apply au_reply. Qed.
Lemma au_reset_step T s t : au (reset_step T s t) = au s. Proof. same. Qed.

Section Refines.
Variable T : table.
Hypothesis V : valid T = true.
Variable s : state.
Hypothesis I : inv T (au s).
Variable a : N.

Lemma acts_create i base class r dst : acts T a (au s) (au (fst (do_create T s a i base class r dst))).
Proof.
  unfold do_create, refuse. destruct (find_cap T s a i KFactory 0) eqn:F; [constructor|]. apply find_cap_ok in F as (_ & K & _).
  destruct (dst <? t_slots T a); [|constructor]. destruct (kind_eq (kd (mine s a dst)) KNone) as [E|]; [|constructor].
  destruct (sub r DEVICE && negb (r =? 0)) eqn:R; [|constructor]. destruct (window_at T base) as [w|] eqn:At; [|constructor].
  destruct (held s w) eqn:H; [constructor|]. simpl. destruct (negb (class =? 0) && (class_in T s w =? class)); [|constructor].
  destruct (match ceiling_of T a dst with Some _ => within_ceiling T w class r a dst | None => None end) eqn:C; [constructor|].
  destruct (negb (sub IRQ r) || negb (t_irq T w =? 0)); [|constructor]. destruct (stops T s w); [|constructor]. simpl.
  assert (a = t_init T) by eauto using only_init. apply acts_one, act_create; auto.
  - unfold window_at in At. apply find_some in At as [At _]. now apply in_below.
  - unfold held in H. now destruct (w_owner (wn (au s) w)).
  - bools. split; auto. unfold within_ceiling in C. destruct (ceiling_of T a dst) as [l|]; auto.
    destruct (negb (c_class l =? class)) eqn:X; [discriminate|]. destruct (_ || _) eqn:Y in C; [discriminate|].
    destruct (sub r (c_rights l)) eqn:Z; [|discriminate]. bools. auto.
Qed.

Lemma not_mapped w : maps_of T s w (is_page_of w) = false ->
  forall u p m, mp (au s) u p = Some m -> is_page_of w (Some m) = false.
Proof.
  intros M u p m H. destruct (is_page_of w (Some m)) eqn:P; auto. exfalso.
  destruct (i_maps _ _ I _ _ _ H) as (A & v & i & O & K).
  assert (v = w).
  { destruct K as [(j & F & _)|(q & F)]; destruct m as [[] ?]; simpl in *; inversion F; subst; now apply N.eqb_eq. }
  subst v. unfold maps_of in M. rewrite O in M. unfold in_arena in A. bools.
  assert (In (p - ARENA) (below (t_arena T u))) by (apply in_below; lia).
  assert (E : existsb (fun p => is_page_of w (mp (au s) u (ARENA + p))) (below (t_arena T u)) = true).
  { apply existsb_exists. exists (p - ARENA). split; auto. replace (ARENA + (p - ARENA)) with p by lia. now rewrite H. }
  congruence.
Qed.

Lemma acts_transfer i from t dst : acts T a (au s) (au (fst (do_transfer T s a i from t dst))).
Proof.
  unfold do_transfer, refuse. destruct (find_task T s a i t) eqn:F; [constructor|]. apply find_task_ok in F as (K & _ & _).
  destruct (negb (gone s t)); [|constructor]. destruct (find_cap T s a from KMmio 0) eqn:G; [constructor|].
  apply find_cap_ok in G as (_ & J & _). destruct (dst <? t_slots T t); [|constructor].
  destruct (kind_eq (kd (sl (au s) t dst)) KNone) as [E|]; [|constructor].
  destruct (within_ceiling T _ _ _ t dst) eqn:C; [constructor|].
  destruct (maps_of T s _ _) eqn:M; [constructor|]. simpl.
  assert (a = t_init T) by eauto using only_init. unfold within_ceiling in C.
  destruct (ceiling_of T t dst) as [l|] eqn:Q; [|discriminate].
  destruct (negb (c_class l =? _)) eqn:X; [discriminate|]. destruct (_ || _) eqn:Y in C; [discriminate|].
  destruct (sub _ (c_rights l)) eqn:Z; [|discriminate]. bools. unfold mine in *.
  apply acts_one, act_transfer with (j := from); auto; try congruence; [|now apply not_mapped].
  split; [|now rewrite Q]. now destruct (held_slot T (fun u j => valid_no_mmio T u j V) _ _ _ I J) as [_ [L _]].
Qed.

Lemma acts_revoke i t target : acts T a (au s) (au (fst (do_revoke T s a i t target))).
Proof.
  unfold do_revoke, refuse. destruct (find_task T s a i t) eqn:F; [constructor|]. apply find_task_ok in F as (K & _ & _).
  destruct (target <? t_slots T t); [|constructor]. destruct (kd (sl (au s) t target)); try constructor.
  apply acts_one, act_release. left. eauto using only_init.
Qed.
Lemma acts_drop i : acts T a (au s) (au (fst (do_drop T s a i))).
Proof.
  unfold do_drop, refuse. destruct (find_cap T s a i KMmio 0) eqn:F; [constructor|]. apply find_cap_ok in F as (_ & K & _).
  apply acts_one, act_release. right. unfold owned_by, mine. rewrite (i_held _ _ I _ _ K). apply N.eqb_refl.
Qed.

Lemma arena_ok va : check_arena T a va = None -> in_arena T a (arena_page a va) = true.
Proof.
  unfold check_arena. destruct (negb (va mod PAGE =? 0)); [discriminate|].
  destruct ((va <? user_base a) || negb (in_arena T a (arena_page a va))) eqn:E; [discriminate|]. bools. auto.
Qed.
Lemma not_mapped_page p : mapped s a p = false -> mp (au s) a p = None.
Proof. unfold mapped. now destruct (mp (au s) a p). Qed.

Lemma acts_map i va offset prot : acts T a (au s) (au (fst (do_map T s a i va offset prot))).
Proof.
  unfold do_map, refuse. destruct (find_cap T s a i KMmio MAP) eqn:F; [constructor|]. apply find_cap_ok in F as (_ & K & R).
  destruct (negb (sub 4 prot)); [|constructor]. destruct (_ || _) eqn:P; [|constructor].
  destruct (sub READ _ && _) eqn:W; [|constructor]. destruct (check_arena T a va) eqn:A; [constructor|].
  destruct (offset mod PAGE =? 0); [|constructor]. destruct (offset / PAGE <? _) eqn:L; [|constructor].
  destruct (_ && _) eqn:M in |- *; [|constructor]. simpl. bools. unfold mine in *.
  apply acts_one, act_map; eauto using arena_ok, not_mapped_page.
  - exists i. auto.
  - exists i. auto.
  - apply orb_true_iff in P as [P|P]; bools; subst; auto. right. split; auto. exists i. repeat split; auto.
Qed.
Lemma acts_unmap va : acts T a (au s) (au (fst (do_unmap T s a va))).
Proof.
  unfold do_unmap, refuse. destruct (check_arena T a va); [constructor|].
  destruct (mp (au s) a (arena_page a va)) as [[[] prot]|] eqn:E; try constructor.
  eapply acts_one, act_unmap. exact E.
Qed.
Lemma holds_any i r : kd (sl (au s) a i) = KMmio -> sub r (rights (sl (au s) a i)) = true ->
  holds (au s) a (object (mine s a i)) r.
Proof. intros. exists i. auto. Qed.
Lemma acts_ack i : acts T a (au s) (au (fst (do_irq_ack T s a i))).
Proof.
  unfold do_irq_ack, refuse. destruct (find_cap T s a i KMmio IRQ) eqn:F; [constructor|]. apply find_cap_ok in F as (_ & K & _).
  destruct (w_claimed _); [|constructor]. apply acts_one, act_window; [|split; reflexivity]. apply holds_any; auto using sub_0.
Qed.
Lemma acts_dev_write i reg value : acts T a (au s) (au (fst (do_dev_write T s a i reg value))).
Proof.
  unfold do_dev_write, refuse. destruct (find_cap T s a i KMmio 0) eqn:F; [constructor|]. apply find_cap_ok in F as (_ & K & _).
  assert (H : holds (au s) a (object (mine s a i)) 0) by (apply holds_any; auto using sub_0).
  cases; try constructor; apply acts_one; first [apply act_reset; exact H|apply act_window; [exact H|split; reflexivity]].
Qed.

Lemma find_queue_ok i q : find_queue T s a i q = None -> kd (sl (au s) a i) = KMmio.
Proof.
  unfold find_queue. destruct (find_cap T s a i KMmio 0) eqn:F; [discriminate|]. apply find_cap_ok in F as (_ & K & _). auto.
Qed.
Lemma acts_queue i q size va : acts T a (au s) (au (fst (do_queue T s a i q size va))).
Proof.
  unfold do_queue, refuse. destruct (find_queue T s a i q) eqn:F; [constructor|]. apply find_queue_ok in F.
  destruct (q_size _ =? 0) eqn:Q; [|constructor]. destruct (check_arena T a va) eqn:A; [constructor|].
  destruct (negb (mapped s a (arena_page a va))) eqn:M; [|constructor]. destruct (check_size s _ q size); [constructor|]. bools.
  apply acts_one, act_queue; simpl; auto using arena_ok, not_mapped_page. apply holds_any; auto using sub_0.
Qed.

(* Posting. *)
Lemma same_queue_refl x : same_queue T x x.
Proof. repeat split; auto. Qed.
Lemma collect_same n index ring x y : same_queue T x y -> same_queue T x (collect n index ring y).
Proof.
  revert y. induction n as [|n IH]; simpl; intros y S; auto. destruct (q_used y =? index); auto. apply IH.
  destruct S as (A & B & C). destruct (ring _ <? q_size y); repeat split; simpl; auto.
  intros d D. destruct (_ && _) in D; [discriminate|]. auto.
Qed.
Lemma check_descriptor_ok g b : check_descriptor T s a g = None -> dma_ok T a (descriptor s a g b).
Proof.
  unfold check_descriptor. destruct g as [offset word]. destruct (_ || _); [discriminate|].
  destruct (find_cap T s a _ KDma _) eqn:F; [discriminate|]. apply find_cap_ok in F as (_ & K & R).
  destruct (_ <? _) eqn:L; [discriminate|]. intros _. bools. unfold mine in *. pose proof (dma_fixed _ _ _ _ I K) as E.
  exists (g_slot word). unfold descriptor, mine. simpl. rewrite <- E. repeat split; auto.
Qed.
Lemma write_all_same x gs : check_all T s a gs = None -> forall y d, q_task x = a -> same_queue T x y ->
  same_queue T x (write_all s a y d gs).
Proof.
  induction gs as [|g gs IH]; simpl; intros C y d O S; auto. destruct (check_descriptor T s a g) eqn:G; [discriminate|].
  apply IH; auto. destruct S as (A & B & D). repeat split; auto. simpl. intros e E. unfold upd in *.
  destruct (N.eqb_spec e d); auto. right. rewrite O. now apply check_descriptor_ok.
Qed.
Lemma acts_post i q head count words : acts T a (au s) (au (fst (do_post T s a i q head count words))).
Proof.
  unfold do_post, refuse. destruct (find_queue T s a i q) eqn:F; [constructor|]. apply find_queue_ok in F.
  set (w := object (mine s a i)). destruct (negb (q_size (qs (au s) w q) =? 0) && _) eqn:Q; [|constructor].
  destruct (_ && _) in |- *; [|constructor]. destruct (check_all T s a words) eqn:C; [constructor|].
  assert (H : holds (au s) a w 0) by (apply holds_any; auto using sub_0).
  assert (O : q_task (qs (au s) w q) = a).
  { bools. eapply i_queued; eauto. apply (i_held _ _ I). exact F. }
  set (y := if any_busy (qs (au s) w q) head count then collect _ _ _ _ else _).
  assert (S : same_queue T (qs (au s) w q) y) by (unfold y; destruct (any_busy _ _ _); auto using collect_same, same_queue_refl).
  destruct (any_busy y head count); simpl; apply acts_one, act_post; auto.
  destruct (write_all_same _ _ C y head O S) as (A & B & D). repeat split; auto.
Qed.

Lemma acts_invoke c : acts T a (au s) (au (fst (invoke T s a c))).
Proof.
  assert (E : forall s', au s' = au s -> acts T a (au s) (au s')) by (intros s' ->; constructor).
  destruct c; simpl; try apply acts_none;
    try (apply E; first [apply au_call | apply au_recv | apply au_reply | apply au_reply_recv | reflexivity
                        | unfold do_notify, do_wait, do_query, do_console, do_power, do_start, do_inspect, refuse; cases; reflexivity]).
  - rewrite au_die. apply (acts_release_all T (on s a (fun k => k_with_exit k code))). auto.
  - unfold do_stop, refuse. destruct (find_task T s a slot t) eqn:F; [constructor|]. apply find_task_ok in F as (K & _ & _).
    assert (W : a = t_init T \/ a = t) by (left; eauto using only_init).
    destruct (negb (gone s t)); [|constructor].
    assert (D : acts T a (au s) (au (if runs s t then die T s t Stopped else s))).
    { destruct (runs s t); [rewrite au_die; now apply acts_release_all|constructor]. }
    destruct (give_up =? 0); [exact D|]. eapply acts_trans; [exact D|]. apply (acts_release_all T _ t). auto.
  - apply E. unfold do_reset_step, refuse. destruct (find_task T s a slot t); auto. destruct (at_rest s t); auto. apply au_reset_step.
  - apply acts_create.
  - apply acts_transfer.
  - apply acts_revoke.
  - apply acts_drop.
  - apply acts_map.
  - apply acts_unmap.
  - apply acts_ack.
  - apply acts_dev_write.
  - apply acts_queue.
  - apply acts_post.
Qed.
End Refines.

(* In whose name an entry acts: an interrupt in that of the owner of its device. *)
Definition actor (T : table) (s : state) (e : event) : N :=
  match e with
  | Sys a _ | Fault a _ _ _ | Store a _ _ => a
  | Interrupt line => match window_of_line T line with
                      | Some w => match w_owner (wn (au s) w) with Some (t, _) => t | None => 0 end
                      | None => 0
                      end
  | _ => 0
  end.

Theorem step_acts T s e : valid T = true -> inv T (au s) -> acts T (actor T s e) (au s) (au (step T s e)).
Proof.
  intros V I. destruct e; simpl; try constructor.
  - destruct (can_run T s a); [|constructor]. unfold syscall. set (s' := on s a (returns OK [])).
    assert (A : acts T a (au s') (au (fst (invoke T s' a c)))) by (apply acts_invoke; auto).
    unfold answer. destruct (invoke T s' a c) as [s'' []]; exact A.
  - destruct (can_run T s a); [|constructor]. rewrite au_die.
    apply (acts_release_all T (on s a (fun k => k_with_fault k (cause, pc, address)))). auto.
  - unfold interrupt. destruct (line =? 0); [constructor|]. destruct (window_of_line T line) as [w|]; [|constructor].
    destruct (w_owner (wn (au s) w)) as [[t i]|] eqn:O; [|constructor]. destruct (bits _ =? 0); [constructor|].
    apply acts_one, (act_window T t (au s) w); [|split; reflexivity]. destruct (i_owner _ _ I _ _ _ O) as [K J]. exists i. auto using sub_0.
  - destruct (can_run T s a); [|constructor]. unfold store. destruct (translate T s a p) as [[x prot]|]; [|constructor].
    destruct (prot =? PROT_RW); constructor.
Qed.

(* ---- Reachable states ---- *)
Inductive reachable (T : table) (m : page -> N) : state -> Prop :=
| reach_boot : reachable T m (boot T m)
| reach_step s e : reachable T m s -> reachable T m (step T s e).

Lemma au_boot T m : au (boot T m) = au (blank T m).
Proof.
  unfold boot. simpl. generalize (length (own_pages T (fun _ => false) (t_init T))) as n. intros n.
  assert (H : forall s, au (times n (fun s => reset_step T s (t_init T)) s) = au s).
  { induction n as [|n IH]; simpl; intros s; auto. rewrite IH. apply au_reset_step. }
  apply H.
Qed.
Lemma inv_boot T m : valid T = true -> inv T (au (boot T m)).
Proof.
  intros V. rewrite au_boot. constructor; simpl; intros; try discriminate; auto.
  now apply valid_no_mmio in H.
Qed.
Theorem inv_reachable T m s : valid T = true -> reachable T m s -> inv T (au s).
Proof.
  intros V R. induction R; [now apply inv_boot|].
  eapply keeps_acts; [auto using valid_nothing|auto using valid_no_mmio|exact IHR|apply step_acts; auto].
Qed.

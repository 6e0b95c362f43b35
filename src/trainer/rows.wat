;; What is done to a row of an embedding table, four numbers at a time. Addresses and counts may be
;; any: at a row's end up to three numbers beyond it are computed too, but written back as they were.
;; So there have to be 12 bytes between the rows of p, m and v that one call is about, and after the
;; last row of all.
;;
;; A parameter's state is $stride bytes behind it, one tensor after the other; $n is the address of
;; what else a kernel computes with, in the order in which it loads it.
(module
  (import "rows" "memory" (memory 0 65536))

  ;; The optimizers' kernels: see stepKernels and idleKernels in row-kernels.ts.
  (type $step (func (param i32 i32 i32 i32 i32)))
  (type $idle (func (param i32 i32 i32 i32 i32 i32)))
  (table funcref (elem $adam $scaledGradient $rmsprop $sgd $momentum $adamIdle $momentumIdle))

  ;; One step of an optimizer for `left` numbers from p on.
  (func (export "step")
    (param $kernel i32)
    (param $p i32) (param $stride i32) (param $g i32) (param $left i32) (param $n i32)
    (call_indirect (type $step)
      (local.get $p) (local.get $stride) (local.get $g) (local.get $left) (local.get $n)
      (local.get $kernel)))

  ;; One step for each of the rows that are listed, with the gradient whose address `gradientAt` lists,
  ;; behind the idle steps that `idle` lists an address for.
  (func (export "stepRows")
    (param $kernel i32) (param $idleKernel i32) (param $rows i32) (param $idle i32) (param $left i32)
    (param $width i32) (param $stride i32) (param $states i32) (param $gradientAt i32) (param $n i32)
    (local $p i32) (local $stretch i32)
    (loop $next
      (local.set $p
        (i32.shl (i32.mul (i32.load (local.get $rows)) (local.get $width)) (i32.const 2)))
      (if (local.tee $stretch (i32.load (local.get $idle)))
        (then
          (call $catchUp
            (local.get $idleKernel) (local.get $p) (local.get $stride) (local.get $states)
            (local.get $width) (local.get $stretch))))
      (call_indirect (type $step)
        (local.get $p) (local.get $stride) (i32.load (local.get $gradientAt))
        (local.get $width) (local.get $n)
        (local.get $kernel))
      (local.set $rows (i32.add (local.get $rows) (i32.const 4)))
      (local.set $idle (i32.add (local.get $idle) (i32.const 4)))
      (local.set $gradientAt (i32.add (local.get $gradientAt) (i32.const 4)))
      (br_if $next
        (i32.gt_s (local.tee $left (i32.sub (local.get $left) (i32.const 1))) (i32.const 0)))))

  ;; Makes up for the idle steps at `n`: keep, moved, epsilon, then a factor for each tensor of the state.
  (func $catchUp (export "catchUp")
    (param $kernel i32) (param $p i32) (param $stride i32) (param $states i32) (param $count i32)
    (param $n i32)
    (call_indirect (type $idle)
      (local.get $p) (local.get $p) (local.get $stride) (local.get $states) (local.get $count)
      (local.get $n)
      (local.get $kernel)))

  ;; Copies the rows that are listed, one after the other, each moved by the idle steps that `idle`
  ;; lists an address for.
  (func (export "readRows")
    (param $idleKernel i32) (param $rows i32) (param $idle i32) (param $left i32)
    (param $width i32) (param $stride i32) (param $states i32) (param $to i32)
    (local $p i32) (local $stretch i32) (local $bytes i32)
    (local.set $bytes (i32.shl (local.get $width) (i32.const 2)))
    (loop $next
      (local.set $p (i32.mul (i32.load (local.get $rows)) (local.get $bytes)))
      (if (local.tee $stretch (i32.load (local.get $idle)))
        (then
          (call_indirect (type $idle)
            (local.get $to) (local.get $p) (local.get $stride) (local.get $states)
            (local.get $width) (local.get $stretch)
            (local.get $idleKernel)))
        (else (memory.copy (local.get $to) (local.get $p) (local.get $bytes))))
      (local.set $rows (i32.add (local.get $rows) (i32.const 4)))
      (local.set $idle (i32.add (local.get $idle) (i32.const 4)))
      (local.set $to (i32.add (local.get $to) (local.get $bytes)))
      (br_if $next
        (i32.gt_s (local.tee $left (i32.sub (local.get $left) (i32.const 1))) (i32.const 0)))))

  ;; Loads some of each cache line (64 bytes) of the rows of these numbers in each of `tables` tables,
  ;; `stride` bytes apart: no load waits for another, as it would amid the work that follows.
  (func (export "touch")
    (param $rows i32) (param $left i32) (param $bytes i32) (param $tables i32) (param $stride i32)
    (local $start i32) (local $end i32) (local $at i32) (local $table i32)
    (loop $next
      (local.set $start (i32.mul (i32.load (local.get $rows)) (local.get $bytes)))
      (local.set $table (local.get $tables))
      (loop $nextTable
        (local.set $at (local.get $start))
        (local.set $end (i32.add (local.get $at) (local.get $bytes)))
        (loop $nextLine
          (drop (i32.load (local.get $at)))
          (br_if $nextLine
            (i32.lt_u
              (local.tee $at (i32.add (local.get $at) (i32.const 64)))
              (local.get $end))))
        (local.set $start (i32.add (local.get $start) (local.get $stride)))
        (br_if $nextTable (local.tee $table (i32.sub (local.get $table) (i32.const 1)))))
      (local.set $rows (i32.add (local.get $rows) (i32.const 4)))
      (br_if $next
        (i32.gt_s (local.tee $left (i32.sub (local.get $left) (i32.const 1))) (i32.const 0)))))

  ;; to <- to + from
  (func $add (export "add") (param $to i32) (param $from i32) (param $left i32)
    (local $old v128)
    (loop $next
      (local.set $old (v128.load (local.get $to)))
      (v128.store (local.get $to)
        (v128.bitselect
          (f32x4.add (local.get $old) (v128.load (local.get $from)))
          (local.get $old)
          (i32x4.lt_s (v128.const i32x4 0 1 2 3) (i32x4.splat (local.get $left)))))
      (local.set $to (i32.add (local.get $to) (i32.const 16)))
      (local.set $from (i32.add (local.get $from) (i32.const 16)))
      (br_if $next
        (i32.gt_s (local.tee $left (i32.sub (local.get $left) (i32.const 4))) (i32.const 0)))))

  ;; The sum of the squares, in float64: many rows are summed up to one norm.
  (func $squares (export "squares") (param $row i32) (param $left i32) (result f64)
    (local $x v128) (local $low v128) (local $sum v128)
    (loop $next
      (local.set $x
        (v128.and
          (v128.load (local.get $row))
          (i32x4.lt_s (v128.const i32x4 0 1 2 3) (i32x4.splat (local.get $left)))))
      (local.set $low (f64x2.promote_low_f32x4 (local.get $x)))
      (local.set $x
        (f64x2.promote_low_f32x4
          (i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7 (local.get $x) (local.get $x))))
      (local.set $sum
        (f64x2.add
          (local.get $sum)
          (f64x2.add
            (f64x2.mul (local.get $low) (local.get $low))
            (f64x2.mul (local.get $x) (local.get $x)))))
      (local.set $row (i32.add (local.get $row) (i32.const 16)))
      (br_if $next
        (i32.gt_s (local.tee $left (i32.sub (local.get $left) (i32.const 4))) (i32.const 0))))
    (f64.add (f64x2.extract_lane 0 (local.get $sum)) (f64x2.extract_lane 1 (local.get $sum))))

  ;; Sums up the gradients of `left` rows that a batch names, `named` the first token of each, and puts
  ;; the sum of its squares beside each row's sum while that is at hand. The sum's place is the row's
  ;; among `sums`; where that is 0, it is that of the first token's gradient, which needs no adding.
  (func (export "sum")
    (param $named i32) (param $left i32) (param $ids i32) (param $nextToken i32)
    (param $squaresOf i32) (param $gradient i32) (param $count i32) (param $sums i32)
    (local $token i32) (local $row i32) (local $to i32) (local $bytes i32)
    (local.set $bytes (i32.shl (local.get $count) (i32.const 2)))
    (loop $next
      (local.set $token (i32.load (local.get $named)))
      (local.set $row
        (i32.load (i32.add (local.get $ids) (i32.shl (local.get $token) (i32.const 2)))))
      (local.set $to
        (if (result i32) (local.get $sums)
          (then (i32.add (local.get $sums) (i32.mul (local.get $row) (local.get $bytes))))
          (else (i32.add (local.get $gradient) (i32.mul (local.get $token) (local.get $bytes))))))
      (block $summed
        (if (i32.eqz (local.get $sums))
          (then
            (br_if $summed
              (i32.eqz
                (local.tee $token
                  (i32.load
                    (i32.add (local.get $nextToken) (i32.shl (local.get $token) (i32.const 2)))))))))
        (loop $tokens
          (call $add
            (local.get $to)
            (i32.add (local.get $gradient) (i32.mul (local.get $token) (local.get $bytes)))
            (local.get $count))
          (br_if $tokens
            (local.tee $token
              (i32.load
                (i32.add (local.get $nextToken) (i32.shl (local.get $token) (i32.const 2))))))))
      (f64.store
        (i32.add (local.get $squaresOf) (i32.shl (local.get $row) (i32.const 3)))
        (call $squares (local.get $to) (local.get $count)))
      (local.set $named (i32.add (local.get $named) (i32.const 4)))
      (br_if $next
        (i32.gt_s (local.tee $left (i32.sub (local.get $left) (i32.const 1))) (i32.const 0)))))

  ;; One step of Adam:
  ;; g <- scale g + penalty p,  m <- beta1 m + rest1 g,  v <- beta2 v + rest2 g^2,
  ;; p <- keep p - (stepSize m + gradientStep g) / (sqrt(v) + epsilon)
  (func $adam (type $step)
    (param $p i32) (param $stride i32) (param $g i32) (param $left i32) (param $n i32)
    (local $m i32) (local $v i32)
    (local $scale v128) (local $penalty v128) (local $keep v128) (local $beta1 v128)
    (local $rest1 v128) (local $beta2 v128) (local $rest2 v128) (local $stepSize v128)
    (local $gradientStep v128) (local $epsilon v128) (local $within v128) (local $oldP v128)
    (local $oldM v128) (local $oldV v128) (local $gradient v128) (local $nextM v128)
    (local $nextV v128)
    (local.set $m (i32.add (local.get $p) (local.get $stride)))
    (local.set $v (i32.add (local.get $m) (local.get $stride)))
    (local.set $scale (v128.load32_splat (local.get $n)))
    (local.set $penalty (v128.load32_splat offset=4 (local.get $n)))
    (local.set $keep (v128.load32_splat offset=8 (local.get $n)))
    (local.set $beta1 (v128.load32_splat offset=12 (local.get $n)))
    (local.set $rest1 (v128.load32_splat offset=16 (local.get $n)))
    (local.set $beta2 (v128.load32_splat offset=20 (local.get $n)))
    (local.set $rest2 (v128.load32_splat offset=24 (local.get $n)))
    (local.set $stepSize (v128.load32_splat offset=28 (local.get $n)))
    (local.set $gradientStep (v128.load32_splat offset=32 (local.get $n)))
    (local.set $epsilon (v128.load32_splat offset=36 (local.get $n)))
    (loop $next
      (local.set $within
        (i32x4.lt_s (v128.const i32x4 0 1 2 3) (i32x4.splat (local.get $left))))
      (local.set $oldP (v128.load (local.get $p)))
      (local.set $oldM (v128.load (local.get $m)))
      (local.set $oldV (v128.load (local.get $v)))
      (local.set $gradient
        (f32x4.add
          (f32x4.mul (v128.load (local.get $g)) (local.get $scale))
          (f32x4.mul (local.get $oldP) (local.get $penalty))))
      (local.set $nextM
        (f32x4.add
          (f32x4.mul (local.get $oldM) (local.get $beta1))
          (f32x4.mul (local.get $gradient) (local.get $rest1))))
      (local.set $nextV
        (f32x4.add
          (f32x4.mul (local.get $oldV) (local.get $beta2))
          (f32x4.mul
            (f32x4.mul (local.get $gradient) (local.get $gradient))
            (local.get $rest2))))
      (v128.store (local.get $m)
        (v128.bitselect
          (local.get $nextM)
          (local.get $oldM)
          (local.get $within)))
      (v128.store (local.get $v)
        (v128.bitselect
          (local.get $nextV)
          (local.get $oldV)
          (local.get $within)))
      (v128.store (local.get $p)
        (v128.bitselect
          (f32x4.sub
            (f32x4.mul (local.get $oldP) (local.get $keep))
            (f32x4.div
              (f32x4.add
                (f32x4.mul (local.get $nextM) (local.get $stepSize))
                (f32x4.mul (local.get $gradient) (local.get $gradientStep)))
              (f32x4.add (f32x4.sqrt (local.get $nextV)) (local.get $epsilon))))
          (local.get $oldP)
          (local.get $within)))
      (local.set $p (i32.add (local.get $p) (i32.const 16)))
      (local.set $m (i32.add (local.get $m) (i32.const 16)))
      (local.set $v (i32.add (local.get $v) (i32.const 16)))
      (local.set $g (i32.add (local.get $g) (i32.const 16)))
      (br_if $next
        (i32.gt_s (local.tee $left (i32.sub (local.get $left) (i32.const 4))) (i32.const 0)))))

  ;; One step of plain RMSprop or Adagrad:
  ;; g <- scale g + penalty p,  v <- decay v + rest g^2,  p <- p - stepSize g / (sqrt(v) + epsilon)
  (func $scaledGradient (type $step)
    (param $p i32) (param $stride i32) (param $g i32) (param $left i32) (param $n i32)
    (local $v i32)
    (local $scale v128) (local $penalty v128) (local $decay v128) (local $rest v128)
    (local $stepSize v128) (local $epsilon v128) (local $within v128) (local $oldP v128)
    (local $oldV v128) (local $gradient v128) (local $nextV v128)
    (local.set $v (i32.add (local.get $p) (local.get $stride)))
    (local.set $scale (v128.load32_splat (local.get $n)))
    (local.set $penalty (v128.load32_splat offset=4 (local.get $n)))
    (local.set $decay (v128.load32_splat offset=8 (local.get $n)))
    (local.set $rest (v128.load32_splat offset=12 (local.get $n)))
    (local.set $stepSize (v128.load32_splat offset=16 (local.get $n)))
    (local.set $epsilon (v128.load32_splat offset=20 (local.get $n)))
    (loop $next
      (local.set $within
        (i32x4.lt_s (v128.const i32x4 0 1 2 3) (i32x4.splat (local.get $left))))
      (local.set $oldP (v128.load (local.get $p)))
      (local.set $oldV (v128.load (local.get $v)))
      (local.set $gradient
        (f32x4.add
          (f32x4.mul (v128.load (local.get $g)) (local.get $scale))
          (f32x4.mul (local.get $oldP) (local.get $penalty))))
      (local.set $nextV
        (f32x4.add
          (f32x4.mul (local.get $oldV) (local.get $decay))
          (f32x4.mul
            (f32x4.mul (local.get $gradient) (local.get $gradient))
            (local.get $rest))))
      (v128.store (local.get $v)
        (v128.bitselect
          (local.get $nextV)
          (local.get $oldV)
          (local.get $within)))
      (v128.store (local.get $p)
        (v128.bitselect
          (f32x4.sub
            (local.get $oldP)
            (f32x4.div
              (f32x4.mul (local.get $gradient) (local.get $stepSize))
              (f32x4.add (f32x4.sqrt (local.get $nextV)) (local.get $epsilon))))
          (local.get $oldP)
          (local.get $within)))
      (local.set $p (i32.add (local.get $p) (i32.const 16)))
      (local.set $v (i32.add (local.get $v) (i32.const 16)))
      (local.set $g (i32.add (local.get $g) (i32.const 16)))
      (br_if $next
        (i32.gt_s (local.tee $left (i32.sub (local.get $left) (i32.const 4))) (i32.const 0)))))

  ;; One step of RMSprop with momentum or centered (center 1) or both:
  ;; g <- scale g + penalty p,  v <- alpha v + rest g^2,  a <- alpha a + rest g,
  ;; b <- momentum b + g / (sqrt(v - center a^2) + epsilon),  p <- p - stepSize b
  (func $rmsprop (type $step)
    (param $p i32) (param $stride i32) (param $g i32) (param $left i32) (param $n i32)
    (local $v i32) (local $a i32) (local $b i32)
    (local $scale v128) (local $penalty v128) (local $alpha v128) (local $rest v128)
    (local $center v128) (local $momentum v128) (local $stepSize v128) (local $epsilon v128)
    (local $within v128) (local $oldP v128) (local $oldV v128) (local $oldA v128)
    (local $oldB v128) (local $gradient v128) (local $nextV v128) (local $nextA v128)
    (local $nextB v128)
    (local.set $v (i32.add (local.get $p) (local.get $stride)))
    (local.set $a (i32.add (local.get $v) (local.get $stride)))
    (local.set $b (i32.add (local.get $a) (local.get $stride)))
    (local.set $scale (v128.load32_splat (local.get $n)))
    (local.set $penalty (v128.load32_splat offset=4 (local.get $n)))
    (local.set $alpha (v128.load32_splat offset=8 (local.get $n)))
    (local.set $rest (v128.load32_splat offset=12 (local.get $n)))
    (local.set $center (v128.load32_splat offset=16 (local.get $n)))
    (local.set $momentum (v128.load32_splat offset=20 (local.get $n)))
    (local.set $stepSize (v128.load32_splat offset=24 (local.get $n)))
    (local.set $epsilon (v128.load32_splat offset=28 (local.get $n)))
    (loop $next
      (local.set $within
        (i32x4.lt_s (v128.const i32x4 0 1 2 3) (i32x4.splat (local.get $left))))
      (local.set $oldP (v128.load (local.get $p)))
      (local.set $oldV (v128.load (local.get $v)))
      (local.set $oldA (v128.load (local.get $a)))
      (local.set $oldB (v128.load (local.get $b)))
      (local.set $gradient
        (f32x4.add
          (f32x4.mul (v128.load (local.get $g)) (local.get $scale))
          (f32x4.mul (local.get $oldP) (local.get $penalty))))
      (local.set $nextV
        (f32x4.add
          (f32x4.mul (local.get $oldV) (local.get $alpha))
          (f32x4.mul
            (f32x4.mul (local.get $gradient) (local.get $gradient))
            (local.get $rest))))
      (local.set $nextA
        (f32x4.add
          (f32x4.mul (local.get $oldA) (local.get $alpha))
          (f32x4.mul (local.get $gradient) (local.get $rest))))
      (local.set $nextB
        (f32x4.add
          (f32x4.mul (local.get $oldB) (local.get $momentum))
          (f32x4.div
            (local.get $gradient)
            (f32x4.add
              (f32x4.sqrt
                (f32x4.max
                  (f32x4.sub
                    (local.get $nextV)
                    (f32x4.mul
                      (f32x4.mul (local.get $nextA) (local.get $nextA))
                      (local.get $center)))
                  (f32x4.splat (f32.const 0))))
              (local.get $epsilon)))))
      (v128.store (local.get $v)
        (v128.bitselect
          (local.get $nextV)
          (local.get $oldV)
          (local.get $within)))
      (v128.store (local.get $a)
        (v128.bitselect
          (local.get $nextA)
          (local.get $oldA)
          (local.get $within)))
      (v128.store (local.get $b)
        (v128.bitselect
          (local.get $nextB)
          (local.get $oldB)
          (local.get $within)))
      (v128.store (local.get $p)
        (v128.bitselect
          (f32x4.sub
            (local.get $oldP)
            (f32x4.mul (local.get $nextB) (local.get $stepSize)))
          (local.get $oldP)
          (local.get $within)))
      (local.set $p (i32.add (local.get $p) (i32.const 16)))
      (local.set $v (i32.add (local.get $v) (i32.const 16)))
      (local.set $a (i32.add (local.get $a) (i32.const 16)))
      (local.set $b (i32.add (local.get $b) (i32.const 16)))
      (local.set $g (i32.add (local.get $g) (i32.const 16)))
      (br_if $next
        (i32.gt_s (local.tee $left (i32.sub (local.get $left) (i32.const 4))) (i32.const 0)))))

  ;; One step of SGD: p <- p - stepSize (scale g + penalty p)
  (func $sgd (type $step)
    (param $p i32) (param $stride i32) (param $g i32) (param $left i32) (param $n i32)
    (local $scale v128) (local $penalty v128) (local $stepSize v128) (local $within v128)
    (local $oldP v128) (local $gradient v128)
    (local.set $scale (v128.load32_splat (local.get $n)))
    (local.set $penalty (v128.load32_splat offset=4 (local.get $n)))
    (local.set $stepSize (v128.load32_splat offset=8 (local.get $n)))
    (loop $next
      (local.set $within
        (i32x4.lt_s (v128.const i32x4 0 1 2 3) (i32x4.splat (local.get $left))))
      (local.set $oldP (v128.load (local.get $p)))
      (local.set $gradient
        (f32x4.add
          (f32x4.mul (v128.load (local.get $g)) (local.get $scale))
          (f32x4.mul (local.get $oldP) (local.get $penalty))))
      (v128.store (local.get $p)
        (v128.bitselect
          (f32x4.sub
            (local.get $oldP)
            (f32x4.mul (local.get $gradient) (local.get $stepSize)))
          (local.get $oldP)
          (local.get $within)))
      (local.set $p (i32.add (local.get $p) (i32.const 16)))
      (local.set $g (i32.add (local.get $g) (i32.const 16)))
      (br_if $next
        (i32.gt_s (local.tee $left (i32.sub (local.get $left) (i32.const 4))) (i32.const 0)))))

  ;; One step of SGD with momentum:
  ;; g <- scale g + penalty p,  b <- momentum b + g,  p <- p - bufferStep b - gradientStep g
  (func $momentum (type $step)
    (param $p i32) (param $stride i32) (param $g i32) (param $left i32) (param $n i32)
    (local $b i32)
    (local $scale v128) (local $penalty v128) (local $momentum v128) (local $bufferStep v128)
    (local $gradientStep v128) (local $within v128) (local $oldP v128) (local $oldB v128)
    (local $gradient v128) (local $nextB v128)
    (local.set $b (i32.add (local.get $p) (local.get $stride)))
    (local.set $scale (v128.load32_splat (local.get $n)))
    (local.set $penalty (v128.load32_splat offset=4 (local.get $n)))
    (local.set $momentum (v128.load32_splat offset=8 (local.get $n)))
    (local.set $bufferStep (v128.load32_splat offset=12 (local.get $n)))
    (local.set $gradientStep (v128.load32_splat offset=16 (local.get $n)))
    (loop $next
      (local.set $within
        (i32x4.lt_s (v128.const i32x4 0 1 2 3) (i32x4.splat (local.get $left))))
      (local.set $oldP (v128.load (local.get $p)))
      (local.set $oldB (v128.load (local.get $b)))
      (local.set $gradient
        (f32x4.add
          (f32x4.mul (v128.load (local.get $g)) (local.get $scale))
          (f32x4.mul (local.get $oldP) (local.get $penalty))))
      (local.set $nextB
        (f32x4.add
          (f32x4.mul (local.get $oldB) (local.get $momentum))
          (local.get $gradient)))
      (v128.store (local.get $b)
        (v128.bitselect
          (local.get $nextB)
          (local.get $oldB)
          (local.get $within)))
      (v128.store (local.get $p)
        (v128.bitselect
          (f32x4.sub
            (f32x4.sub
              (local.get $oldP)
              (f32x4.mul (local.get $nextB) (local.get $bufferStep)))
            (f32x4.mul (local.get $gradient) (local.get $gradientStep)))
          (local.get $oldP)
          (local.get $within)))
      (local.set $p (i32.add (local.get $p) (i32.const 16)))
      (local.set $b (i32.add (local.get $b) (i32.const 16)))
      (local.set $g (i32.add (local.get $g) (i32.const 16)))
      (br_if $next
        (i32.gt_s (local.tee $left (i32.sub (local.get $left) (i32.const 4))) (i32.const 0)))))

  ;; Some idle steps of Adam: to <- keep p - moved m / (sqrt(v) + epsilon). As in all idle kernels, m and v
  ;; shrink too where `to` is p itself; else they are only read.
  (func $adamIdle (type $idle)
    (param $to i32) (param $p i32) (param $stride i32) (param $states i32) (param $left i32) (param $n i32)
    (local $m i32) (local $v i32) (local $inPlace i32)
    (local $keep v128) (local $moved v128) (local $epsilon v128) (local $within v128)
    (local $shrinkM v128) (local $shrinkV v128)
    (local $oldP v128) (local $oldM v128) (local $oldV v128)
    (local.set $m (i32.add (local.get $p) (local.get $stride)))
    (local.set $v (i32.add (local.get $m) (local.get $stride)))
    (local.set $keep (v128.load32_splat (local.get $n)))
    (local.set $moved (v128.load32_splat offset=4 (local.get $n)))
    (local.set $epsilon (v128.load32_splat offset=8 (local.get $n)))
    (local.set $shrinkM (v128.load32_splat offset=12 (local.get $n)))
    (local.set $shrinkV (v128.load32_splat offset=16 (local.get $n)))
    (local.set $inPlace (i32.eq (local.get $to) (local.get $p)))
    (loop $next
      (local.set $within
        (i32x4.lt_s (v128.const i32x4 0 1 2 3) (i32x4.splat (local.get $left))))
      (local.set $oldP (v128.load (local.get $p)))
      (local.set $oldM (v128.load (local.get $m)))
      (local.set $oldV (v128.load (local.get $v)))
      (if (local.get $inPlace)
        (then
          (v128.store (local.get $m)
            (v128.bitselect
              (f32x4.mul (local.get $oldM) (local.get $shrinkM))
              (local.get $oldM)
              (local.get $within)))
          (v128.store (local.get $v)
            (v128.bitselect
              (f32x4.mul (local.get $oldV) (local.get $shrinkV))
              (local.get $oldV)
              (local.get $within)))))
      (v128.store (local.get $to)
        (v128.bitselect
          (f32x4.sub
            (f32x4.mul (local.get $oldP) (local.get $keep))
            (f32x4.div
              (f32x4.mul (local.get $oldM) (local.get $moved))
              (f32x4.add (f32x4.sqrt (local.get $oldV)) (local.get $epsilon))))
          (v128.load (local.get $to))
          (local.get $within)))
      (local.set $p (i32.add (local.get $p) (i32.const 16)))
      (local.set $m (i32.add (local.get $m) (i32.const 16)))
      (local.set $v (i32.add (local.get $v) (i32.const 16)))
      (local.set $to (i32.add (local.get $to) (i32.const 16)))
      (br_if $next
        (i32.gt_s (local.tee $left (i32.sub (local.get $left) (i32.const 4))) (i32.const 0)))))

  ;; Some idle steps of a momentum, the last tensor of the state: to <- p - moved b
  (func $momentumIdle (type $idle)
    (param $to i32) (param $p i32) (param $stride i32) (param $states i32) (param $left i32) (param $n i32)
    (local $b i32) (local $state i32) (local $count i32) (local $inPlace i32)
    (local $moved v128) (local $within v128) (local $oldP v128) (local $oldB v128)
    (local.set $b (i32.add (local.get $p) (i32.mul (local.get $states) (local.get $stride))))
    (local.set $moved (v128.load32_splat offset=4 (local.get $n)))
    (local.set $count (local.get $left))
    (local.set $inPlace (i32.eq (local.get $to) (local.get $p)))
    (local.set $state (i32.add (local.get $p) (local.get $stride)))
    (loop $next
      (local.set $within
        (i32x4.lt_s (v128.const i32x4 0 1 2 3) (i32x4.splat (local.get $left))))
      (local.set $oldP (v128.load (local.get $p)))
      (local.set $oldB (v128.load (local.get $b)))
      (v128.store (local.get $to)
        (v128.bitselect
          (f32x4.sub
            (local.get $oldP)
            (f32x4.mul (local.get $oldB) (local.get $moved)))
          (v128.load (local.get $to))
          (local.get $within)))
      (local.set $p (i32.add (local.get $p) (i32.const 16)))
      (local.set $b (i32.add (local.get $b) (i32.const 16)))
      (local.set $to (i32.add (local.get $to) (i32.const 16)))
      (br_if $next
        (i32.gt_s (local.tee $left (i32.sub (local.get $left) (i32.const 4))) (i32.const 0))))
    (if (local.get $inPlace)
      (then
        (loop $nextState
          (call $multiply (local.get $state) (local.get $count) (f32.load offset=12 (local.get $n)))
          (local.set $state (i32.add (local.get $state) (local.get $stride)))
          (local.set $n (i32.add (local.get $n) (i32.const 4)))
          (br_if $nextState
            (i32.gt_s (local.tee $states (i32.sub (local.get $states) (i32.const 1))) (i32.const 0)))))))

  ;; x <- factor x
  (func $multiply (param $x i32) (param $left i32) (param $factor f32)
    (local $old v128)
    (loop $next
      (local.set $old (v128.load (local.get $x)))
      (v128.store (local.get $x)
        (v128.bitselect
          (f32x4.mul (local.get $old) (f32x4.splat (local.get $factor)))
          (local.get $old)
          (i32x4.lt_s (v128.const i32x4 0 1 2 3) (i32x4.splat (local.get $left)))))
      (local.set $x (i32.add (local.get $x) (i32.const 16)))
      (br_if $next
        (i32.gt_s (local.tee $left (i32.sub (local.get $left) (i32.const 4))) (i32.const 0)))))

  ;; g <- g, but no further from 0 than the limit
  (func (export "clip") (param $g i32) (param $left i32) (param $limit f32)
    (local $old v128)
    (loop $next
      (local.set $old (v128.load (local.get $g)))
      (v128.store (local.get $g)
        (v128.bitselect
          (f32x4.max
            (f32x4.min (local.get $old) (f32x4.splat (local.get $limit)))
            (f32x4.neg (f32x4.splat (local.get $limit))))
          (local.get $old)
          (i32x4.lt_s (v128.const i32x4 0 1 2 3) (i32x4.splat (local.get $left)))))
      (local.set $g (i32.add (local.get $g) (i32.const 16)))
      (br_if $next
        (i32.gt_s (local.tee $left (i32.sub (local.get $left) (i32.const 4))) (i32.const 0)))))
)

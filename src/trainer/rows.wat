;; What is done to a row of an embedding table, four numbers at a time. Addresses and counts may be
;; any: at a row's end up to three numbers beyond it are computed too, but written back as they were.
;; So there have to be 12 bytes between the rows of p, m and v that one call is about, and after the
;; last row of all.
(module
  (import "rows" "memory" (memory 0 65536))

  ;; Copies the rows of these numbers, `bytes` each, one after the other.
  (func (export "gather")
    (param $ids i32) (param $left i32) (param $table i32) (param $bytes i32) (param $to i32)
    (loop $next
      (memory.copy
        (local.get $to)
        (i32.add (local.get $table) (i32.mul (i32.load (local.get $ids)) (local.get $bytes)))
        (local.get $bytes))
      (local.set $ids (i32.add (local.get $ids) (i32.const 4)))
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
  ;; the sum of its squares beside each row's sum while that is at hand. Where `adds` is 0, the sum's
  ;; place is that of the first token's gradient, which needs no adding.
  (func (export "sum")
    (param $named i32) (param $left i32) (param $ids i32) (param $nextToken i32)
    (param $gradientAt i32) (param $squaresOf i32) (param $gradient i32) (param $count i32)
    (param $adds i32)
    (local $token i32) (local $row i32) (local $to i32)
    (loop $next
      (local.set $token (i32.load (local.get $named)))
      (local.set $row
        (i32.load (i32.add (local.get $ids) (i32.shl (local.get $token) (i32.const 2)))))
      (local.set $to
        (i32.load (i32.add (local.get $gradientAt) (i32.shl (local.get $row) (i32.const 2)))))
      (block $summed
        (if (i32.eqz (local.get $adds))
          (then
            (br_if $summed
              (i32.eqz
                (local.tee $token
                  (i32.load
                    (i32.add (local.get $nextToken) (i32.shl (local.get $token) (i32.const 2)))))))))
        (loop $tokens
          (call $add
            (local.get $to)
            (i32.add
              (local.get $gradient)
              (i32.shl (i32.mul (local.get $token) (local.get $count)) (i32.const 2)))
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
  (func (export "adam")
    (param $p i32) (param $m i32) (param $v i32) (param $g i32) (param $left i32)
    (param $scale f32) (param $penalty f32) (param $keep f32)
    (param $beta1 f32) (param $rest1 f32) (param $beta2 f32) (param $rest2 f32)
    (param $stepSize f32) (param $gradientStep f32) (param $epsilon f32)
    (local $within v128) (local $oldP v128) (local $oldM v128) (local $oldV v128)
    (local $gradient v128) (local $nextM v128) (local $nextV v128)
    (loop $next
      (local.set $within
        (i32x4.lt_s (v128.const i32x4 0 1 2 3) (i32x4.splat (local.get $left))))
      (local.set $oldP (v128.load (local.get $p)))
      (local.set $oldM (v128.load (local.get $m)))
      (local.set $oldV (v128.load (local.get $v)))
      (local.set $gradient
        (f32x4.add
          (f32x4.mul (v128.load (local.get $g)) (f32x4.splat (local.get $scale)))
          (f32x4.mul (local.get $oldP) (f32x4.splat (local.get $penalty)))))
      (local.set $nextM
        (f32x4.add
          (f32x4.mul (local.get $oldM) (f32x4.splat (local.get $beta1)))
          (f32x4.mul (local.get $gradient) (f32x4.splat (local.get $rest1)))))
      (local.set $nextV
        (f32x4.add
          (f32x4.mul (local.get $oldV) (f32x4.splat (local.get $beta2)))
          (f32x4.mul
            (f32x4.mul (local.get $gradient) (local.get $gradient))
            (f32x4.splat (local.get $rest2)))))
      (v128.store (local.get $m)
        (v128.bitselect (local.get $nextM) (local.get $oldM) (local.get $within)))
      (v128.store (local.get $v)
        (v128.bitselect (local.get $nextV) (local.get $oldV) (local.get $within)))
      (v128.store (local.get $p)
        (v128.bitselect
          (f32x4.sub
            (f32x4.mul (local.get $oldP) (f32x4.splat (local.get $keep)))
            (f32x4.div
              (f32x4.add
                (f32x4.mul (local.get $nextM) (f32x4.splat (local.get $stepSize)))
                (f32x4.mul (local.get $gradient) (f32x4.splat (local.get $gradientStep))))
              (f32x4.add (f32x4.sqrt (local.get $nextV)) (f32x4.splat (local.get $epsilon)))))
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
  (func (export "scaledGradient")
    (param $p i32) (param $v i32) (param $g i32) (param $left i32)
    (param $scale f32) (param $penalty f32) (param $decay f32) (param $rest f32)
    (param $stepSize f32) (param $epsilon f32)
    (local $within v128) (local $oldP v128) (local $oldV v128)
    (local $gradient v128) (local $nextV v128)
    (loop $next
      (local.set $within
        (i32x4.lt_s (v128.const i32x4 0 1 2 3) (i32x4.splat (local.get $left))))
      (local.set $oldP (v128.load (local.get $p)))
      (local.set $oldV (v128.load (local.get $v)))
      (local.set $gradient
        (f32x4.add
          (f32x4.mul (v128.load (local.get $g)) (f32x4.splat (local.get $scale)))
          (f32x4.mul (local.get $oldP) (f32x4.splat (local.get $penalty)))))
      (local.set $nextV
        (f32x4.add
          (f32x4.mul (local.get $oldV) (f32x4.splat (local.get $decay)))
          (f32x4.mul
            (f32x4.mul (local.get $gradient) (local.get $gradient))
            (f32x4.splat (local.get $rest)))))
      (v128.store (local.get $v)
        (v128.bitselect (local.get $nextV) (local.get $oldV) (local.get $within)))
      (v128.store (local.get $p)
        (v128.bitselect
          (f32x4.sub
            (local.get $oldP)
            (f32x4.div
              (f32x4.mul (local.get $gradient) (f32x4.splat (local.get $stepSize)))
              (f32x4.add (f32x4.sqrt (local.get $nextV)) (f32x4.splat (local.get $epsilon)))))
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
  (func (export "rmsprop")
    (param $p i32) (param $v i32) (param $a i32) (param $b i32) (param $g i32) (param $left i32)
    (param $scale f32) (param $penalty f32) (param $alpha f32) (param $rest f32)
    (param $center f32) (param $momentum f32) (param $stepSize f32) (param $epsilon f32)
    (local $within v128) (local $oldP v128) (local $oldV v128) (local $oldA v128) (local $oldB v128)
    (local $gradient v128) (local $nextV v128) (local $nextA v128) (local $nextB v128)
    (loop $next
      (local.set $within
        (i32x4.lt_s (v128.const i32x4 0 1 2 3) (i32x4.splat (local.get $left))))
      (local.set $oldP (v128.load (local.get $p)))
      (local.set $oldV (v128.load (local.get $v)))
      (local.set $oldA (v128.load (local.get $a)))
      (local.set $oldB (v128.load (local.get $b)))
      (local.set $gradient
        (f32x4.add
          (f32x4.mul (v128.load (local.get $g)) (f32x4.splat (local.get $scale)))
          (f32x4.mul (local.get $oldP) (f32x4.splat (local.get $penalty)))))
      (local.set $nextV
        (f32x4.add
          (f32x4.mul (local.get $oldV) (f32x4.splat (local.get $alpha)))
          (f32x4.mul
            (f32x4.mul (local.get $gradient) (local.get $gradient))
            (f32x4.splat (local.get $rest)))))
      (local.set $nextA
        (f32x4.add
          (f32x4.mul (local.get $oldA) (f32x4.splat (local.get $alpha)))
          (f32x4.mul (local.get $gradient) (f32x4.splat (local.get $rest)))))
      (local.set $nextB
        (f32x4.add
          (f32x4.mul (local.get $oldB) (f32x4.splat (local.get $momentum)))
          (f32x4.div
            (local.get $gradient)
            (f32x4.add
              (f32x4.sqrt
                (f32x4.max
                  (f32x4.sub
                    (local.get $nextV)
                    (f32x4.mul
                      (f32x4.mul (local.get $nextA) (local.get $nextA))
                      (f32x4.splat (local.get $center))))
                  (f32x4.splat (f32.const 0))))
              (f32x4.splat (local.get $epsilon))))))
      (v128.store (local.get $v)
        (v128.bitselect (local.get $nextV) (local.get $oldV) (local.get $within)))
      (v128.store (local.get $a)
        (v128.bitselect (local.get $nextA) (local.get $oldA) (local.get $within)))
      (v128.store (local.get $b)
        (v128.bitselect (local.get $nextB) (local.get $oldB) (local.get $within)))
      (v128.store (local.get $p)
        (v128.bitselect
          (f32x4.sub
            (local.get $oldP)
            (f32x4.mul (local.get $nextB) (f32x4.splat (local.get $stepSize))))
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
  (func (export "sgd")
    (param $p i32) (param $g i32) (param $left i32)
    (param $scale f32) (param $penalty f32) (param $stepSize f32)
    (local $within v128) (local $oldP v128) (local $gradient v128)
    (loop $next
      (local.set $within
        (i32x4.lt_s (v128.const i32x4 0 1 2 3) (i32x4.splat (local.get $left))))
      (local.set $oldP (v128.load (local.get $p)))
      (local.set $gradient
        (f32x4.add
          (f32x4.mul (v128.load (local.get $g)) (f32x4.splat (local.get $scale)))
          (f32x4.mul (local.get $oldP) (f32x4.splat (local.get $penalty)))))
      (v128.store (local.get $p)
        (v128.bitselect
          (f32x4.sub
            (local.get $oldP)
            (f32x4.mul (local.get $gradient) (f32x4.splat (local.get $stepSize))))
          (local.get $oldP)
          (local.get $within)))
      (local.set $p (i32.add (local.get $p) (i32.const 16)))
      (local.set $g (i32.add (local.get $g) (i32.const 16)))
      (br_if $next
        (i32.gt_s (local.tee $left (i32.sub (local.get $left) (i32.const 4))) (i32.const 0)))))

  ;; One step of SGD with momentum:
  ;; g <- scale g + penalty p,  b <- momentum b + g,  p <- p - bufferStep b - gradientStep g
  (func (export "momentum")
    (param $p i32) (param $b i32) (param $g i32) (param $left i32)
    (param $scale f32) (param $penalty f32) (param $momentum f32)
    (param $bufferStep f32) (param $gradientStep f32)
    (local $within v128) (local $oldP v128) (local $oldB v128)
    (local $gradient v128) (local $nextB v128)
    (loop $next
      (local.set $within
        (i32x4.lt_s (v128.const i32x4 0 1 2 3) (i32x4.splat (local.get $left))))
      (local.set $oldP (v128.load (local.get $p)))
      (local.set $oldB (v128.load (local.get $b)))
      (local.set $gradient
        (f32x4.add
          (f32x4.mul (v128.load (local.get $g)) (f32x4.splat (local.get $scale)))
          (f32x4.mul (local.get $oldP) (f32x4.splat (local.get $penalty)))))
      (local.set $nextB
        (f32x4.add
          (f32x4.mul (local.get $oldB) (f32x4.splat (local.get $momentum)))
          (local.get $gradient)))
      (v128.store (local.get $b)
        (v128.bitselect (local.get $nextB) (local.get $oldB) (local.get $within)))
      (v128.store (local.get $p)
        (v128.bitselect
          (f32x4.sub
            (f32x4.sub
              (local.get $oldP)
              (f32x4.mul (local.get $nextB) (f32x4.splat (local.get $bufferStep))))
            (f32x4.mul (local.get $gradient) (f32x4.splat (local.get $gradientStep))))
          (local.get $oldP)
          (local.get $within)))
      (local.set $p (i32.add (local.get $p) (i32.const 16)))
      (local.set $b (i32.add (local.get $b) (i32.const 16)))
      (local.set $g (i32.add (local.get $g) (i32.const 16)))
      (br_if $next
        (i32.gt_s (local.tee $left (i32.sub (local.get $left) (i32.const 4))) (i32.const 0)))))

  ;; Some idle steps of a momentum: p <- p - moved b, then b shrinks.
  (func (export "momentumIdle")
    (param $p i32) (param $b i32) (param $left i32) (param $moved f32) (param $shrink f32)
    (local $within v128) (local $oldP v128) (local $oldB v128)
    (loop $next
      (local.set $within
        (i32x4.lt_s (v128.const i32x4 0 1 2 3) (i32x4.splat (local.get $left))))
      (local.set $oldP (v128.load (local.get $p)))
      (local.set $oldB (v128.load (local.get $b)))
      (v128.store (local.get $p)
        (v128.bitselect
          (f32x4.sub
            (local.get $oldP)
            (f32x4.mul (local.get $oldB) (f32x4.splat (local.get $moved))))
          (local.get $oldP)
          (local.get $within)))
      (v128.store (local.get $b)
        (v128.bitselect
          (f32x4.mul (local.get $oldB) (f32x4.splat (local.get $shrink)))
          (local.get $oldB)
          (local.get $within)))
      (local.set $p (i32.add (local.get $p) (i32.const 16)))
      (local.set $b (i32.add (local.get $b) (i32.const 16)))
      (br_if $next
        (i32.gt_s (local.tee $left (i32.sub (local.get $left) (i32.const 4))) (i32.const 0)))))

  ;; The same for p alone.
  (func (export "momentumLook")
    (param $p i32) (param $b i32) (param $left i32) (param $moved f32)
    (local $within v128) (local $oldP v128) (local $oldB v128)
    (loop $next
      (local.set $within
        (i32x4.lt_s (v128.const i32x4 0 1 2 3) (i32x4.splat (local.get $left))))
      (local.set $oldP (v128.load (local.get $p)))
      (local.set $oldB (v128.load (local.get $b)))
      (v128.store (local.get $p)
        (v128.bitselect
          (f32x4.sub
            (local.get $oldP)
            (f32x4.mul (local.get $oldB) (f32x4.splat (local.get $moved))))
          (local.get $oldP)
          (local.get $within)))
      (local.set $p (i32.add (local.get $p) (i32.const 16)))
      (local.set $b (i32.add (local.get $b) (i32.const 16)))
      (br_if $next
        (i32.gt_s (local.tee $left (i32.sub (local.get $left) (i32.const 4))) (i32.const 0)))))

  ;; x <- factor x
  (func (export "multiply") (param $x i32) (param $left i32) (param $factor f32)
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

  ;; Some idle steps of Adam: p <- keep p - moved m / (sqrt(v) + epsilon), then m and v shrink.
  (func (export "adamIdle")
    (param $p i32) (param $m i32) (param $v i32) (param $left i32)
    (param $keep f32) (param $moved f32) (param $epsilon f32)
    (param $shrinkM f32) (param $shrinkV f32)
    (local $within v128) (local $oldP v128) (local $oldM v128) (local $oldV v128)
    (loop $next
      (local.set $within
        (i32x4.lt_s (v128.const i32x4 0 1 2 3) (i32x4.splat (local.get $left))))
      (local.set $oldP (v128.load (local.get $p)))
      (local.set $oldM (v128.load (local.get $m)))
      (local.set $oldV (v128.load (local.get $v)))
      (v128.store (local.get $p)
        (v128.bitselect
          (f32x4.sub
            (f32x4.mul (local.get $oldP) (f32x4.splat (local.get $keep)))
            (f32x4.div
              (f32x4.mul (local.get $oldM) (f32x4.splat (local.get $moved)))
              (f32x4.add (f32x4.sqrt (local.get $oldV)) (f32x4.splat (local.get $epsilon)))))
          (local.get $oldP)
          (local.get $within)))
      (v128.store (local.get $m)
        (v128.bitselect
          (f32x4.mul (local.get $oldM) (f32x4.splat (local.get $shrinkM)))
          (local.get $oldM)
          (local.get $within)))
      (v128.store (local.get $v)
        (v128.bitselect
          (f32x4.mul (local.get $oldV) (f32x4.splat (local.get $shrinkV)))
          (local.get $oldV)
          (local.get $within)))
      (local.set $p (i32.add (local.get $p) (i32.const 16)))
      (local.set $m (i32.add (local.get $m) (i32.const 16)))
      (local.set $v (i32.add (local.get $v) (i32.const 16)))
      (br_if $next
        (i32.gt_s (local.tee $left (i32.sub (local.get $left) (i32.const 4))) (i32.const 0)))))

  ;; The same for p alone.
  (func (export "adamLook")
    (param $p i32) (param $m i32) (param $v i32) (param $left i32)
    (param $keep f32) (param $moved f32) (param $epsilon f32)
    (local $within v128) (local $oldP v128) (local $oldM v128) (local $oldV v128)
    (loop $next
      (local.set $within
        (i32x4.lt_s (v128.const i32x4 0 1 2 3) (i32x4.splat (local.get $left))))
      (local.set $oldP (v128.load (local.get $p)))
      (local.set $oldM (v128.load (local.get $m)))
      (local.set $oldV (v128.load (local.get $v)))
      (v128.store (local.get $p)
        (v128.bitselect
          (f32x4.sub
            (f32x4.mul (local.get $oldP) (f32x4.splat (local.get $keep)))
            (f32x4.div
              (f32x4.mul (local.get $oldM) (f32x4.splat (local.get $moved)))
              (f32x4.add (f32x4.sqrt (local.get $oldV)) (f32x4.splat (local.get $epsilon)))))
          (local.get $oldP)
          (local.get $within)))
      (local.set $p (i32.add (local.get $p) (i32.const 16)))
      (local.set $m (i32.add (local.get $m) (i32.const 16)))
      (local.set $v (i32.add (local.get $v) (i32.const 16)))
      (br_if $next
        (i32.gt_s (local.tee $left (i32.sub (local.get $left) (i32.const 4))) (i32.const 0)))))
)

use graph::NodeId;

/// Monotone priority queue of a bounded search: buckets of equal width over `0..=limit`.
///
/// Inside a bucket order does not matter: a node whose label improves while its bucket is open is
/// queued again, and the older entry is recognised by its worse time (Dial's buckets with the
/// label-correcting bucket of Δ-stepping, on one thread).
#[derive(Clone, Debug, Default)]
pub(crate) struct BucketQueue {
    buckets: Vec<Vec<Entry>>,
    current: usize,
    /// No entry lies past this bucket.
    last: usize,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    pub(crate) node: NodeId,
    pub(crate) tenths: u32,
}

/// Each bucket spans 2⁵ tenths, 3.2 s: about the shortest edge of a city at riding speed, so few
/// nodes improve twice in one bucket, and a 15-minute search opens 282 buckets.
const WIDTH_BITS: u32 = 5;

impl BucketQueue {
    /// Empties the queue and makes room for times up to `limit`.
    pub(crate) fn reset(&mut self, limit_tenths: u32) {
        for bucket in &mut self.buckets {
            bucket.clear();
        }
        let n_buckets = bucket_of(limit_tenths) + 1;
        if self.buckets.len() < n_buckets {
            self.buckets.resize_with(n_buckets, Vec::new);
        }
        self.current = 0;
        self.last = 0;
    }

    /// Queues a node; its time must lie within the limit and not before the open bucket.
    pub(crate) fn push(&mut self, node: NodeId, tenths: u32) {
        let bucket = bucket_of(tenths);
        self.last = self.last.max(bucket);
        self.buckets[bucket].push(Entry { node, tenths });
    }

    /// An entry of the earliest bucket that holds any.
    pub(crate) fn pop(&mut self) -> Option<Entry> {
        loop {
            if let Some(entry) = self.buckets[self.current].pop() {
                return Some(entry);
            }
            if self.current >= self.last {
                return None;
            }
            self.current += 1;
        }
    }
}

fn bucket_of(tenths: u32) -> usize {
    usize::try_from(tenths >> WIDTH_BITS).expect("u32 fits usize")
}

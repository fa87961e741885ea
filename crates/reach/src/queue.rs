use graph::NodeId;

/// Monotone priority queue of a bounded search: buckets of equal width.
///
/// Inside a bucket order does not matter: a node whose label improves while its bucket is open is
/// queued again, and the older entry is recognised by its worse time (Dial's buckets with the
/// label-correcting bucket of Δ-stepping, on one thread). All entries lie in one pool; a bucket is a
/// chain through the pool, newest first. Taken entries are used again, so the pool stays as small
/// as what waits at one time and in the nearest cache.
#[derive(Clone, Debug)]
pub(crate) struct BucketQueue<T> {
    /// Newest entry of each bucket, `END` when it is empty.
    newest: Vec<u32>,
    /// Entries that wait, and those that are free.
    pool: Vec<Entry<T>>,
    /// The first free entry, `END` when there is none.
    free: u32,
    current: usize,
    /// No entry lies past this bucket.
    last: usize,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry<T> {
    /// What waits for its turn: a node, perhaps with its source.
    pub(crate) item: T,
    pub(crate) tenths: u32,
    older: u32,
}

/// Each bucket spans 2⁵ tenths, 3.2 s: about the shortest edge of a city at riding speed, so few
/// nodes improve twice in one bucket, and a 15-minute search opens 282 buckets.
const WIDTH_BITS: u32 = 5;

const END: u32 = u32::MAX;

impl<T> Default for BucketQueue<T> {
    fn default() -> Self {
        Self {
            newest: Vec::new(),
            pool: Vec::new(),
            free: END,
            current: 0,
            last: 0,
        }
    }
}

impl<T: Copy> BucketQueue<T> {
    /// Empties the queue.
    ///
    /// Cost: the buckets of the last search.
    pub(crate) fn reset(&mut self) {
        let used = self.newest.len().min(self.last + 1);
        self.newest[..used].fill(END);
        self.pool.clear();
        self.free = END;
        self.current = 0;
        self.last = 0;
    }

    /// Queues an item; its time must not lie before the open bucket.
    #[inline]
    pub(crate) fn push(&mut self, item: T, tenths: u32) {
        let bucket = bucket_of(tenths);
        if bucket >= self.newest.len() {
            self.newest.resize((bucket + 1).next_power_of_two(), END);
        }
        let newest = &mut self.newest[bucket];
        let entry = Entry {
            item,
            tenths,
            older: *newest,
        };
        if self.free == END {
            *newest = NodeId::from_index(self.pool.len()).as_u32();
            self.pool.push(entry);
        } else {
            *newest = self.free;
            let slot = &mut self.pool[NodeId::new(self.free).index()];
            self.free = slot.older;
            *slot = entry;
        }
        self.last = self.last.max(bucket);
    }

    /// An entry of the earliest bucket that holds any.
    #[inline]
    pub(crate) fn pop(&mut self) -> Option<Entry<T>> {
        loop {
            let newest = self.newest.get_mut(self.current)?;
            if *newest != END {
                let slot = &mut self.pool[NodeId::new(*newest).index()];
                let entry = *slot;
                slot.older = self.free;
                self.free = *newest;
                *newest = entry.older;
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
    NodeId::new(tenths >> WIDTH_BITS).index()
}

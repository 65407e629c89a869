package dev.lanewise.compiler.check;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * Many cases, a few at a time, none for longer than its limit. A case that does not end is reported
 * and left behind on a daemon thread; the others go on.
 */
public final class CheckRun {

    private static final long POLL_MILLIS = 20;

    private final CaseRunner runner;
    private final int workers;
    private final long limitMillis;

    public CheckRun(CaseRunner runner, int workers, long limitMillis) {
        this.runner = runner;
        this.workers = workers;
        this.limitMillis = limitMillis;
    }

    private static final class Job {
        private final TestCase testCase;
        private final AtomicReference<Verdict> verdict = new AtomicReference<>();
        private volatile long started;
        private volatile Thread thread;

        Job(TestCase testCase) {
            this.testCase = testCase;
        }
    }

    /** Runs all cases and hands each verdict over, in the order of the cases, on the calling thread. */
    public void run(List<TestCase> cases, Consumer<Verdict> report) throws InterruptedException {
        List<Job> jobs = new ArrayList<>();
        cases.forEach(testCase -> jobs.add(new Job(testCase)));
        Semaphore free = new Semaphore(workers);
        ExecutorService threads = Executors.newCachedThreadPool(task -> {
            // recursion in importer and passes follows the depth of models
            Thread thread = new Thread(null, task, "lanewise-check", 4 << 20);
            thread.setDaemon(true);
            return thread;
        });
        try {
            int reported = 0;
            int next = 0;
            while (reported < jobs.size()) {
                while (next < jobs.size() && free.tryAcquire()) {
                    start(jobs.get(next++), threads, free);
                }
                stopLate(jobs.subList(reported, next), free);
                while (reported < next && jobs.get(reported).verdict.get() != null) {
                    report.accept(jobs.get(reported++).verdict.get());
                }
                if (free.tryAcquire(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
                    free.release();
                    if (next == jobs.size()) {
                        Thread.sleep(1); // only stragglers are left
                    }
                }
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private void start(Job job, ExecutorService threads, Semaphore free) {
        job.started = System.nanoTime();
        threads.execute(() -> {
            job.thread = Thread.currentThread();
            Verdict verdict = runner.run(job.testCase);
            if (job.verdict.compareAndSet(null, verdict)) {
                free.release();
            }
        });
    }

    private void stopLate(List<Job> jobs, Semaphore free) {
        for (Job job : jobs) {
            long millis = (System.nanoTime() - job.started) / 1_000_000;
            if (job.verdict.get() == null && millis > limitMillis) {
                Verdict late = Verdict.fail(job.testCase.name(), "not done after " + limitMillis / 1000 + " s");
                if (job.verdict.compareAndSet(null, late)) {
                    if (job.thread != null) {
                        job.thread.interrupt();
                    }
                    free.release();
                }
            }
        }
    }
}

import { fork } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cpuMsOf } from './own-time.js';

/** While a process loads all tests, or runs its longest one, it is silent for long. */
export const LONG_SILENCE_MS = 300_000;
/** A process that works for so long and is silent is in an endless loop. */
const SILENCE_MS = 60_000;
/** A process may be silent for so many times longer while other programs have the processor. */
const BUSY_FACTOR = 10;
const TEST_PROCESS = fileURLToPath(new URL('test-process.js', import.meta.url));

/** A process that runs tests in the folder of the changed code. With a mutant, it runs only that one. */
export class Child {
  #process;

  constructor(folder, testFiles, mutant) {
    const args = [testFiles, mutant].filter((each) => each !== undefined);
    this.#process = fork(
      TEST_PROCESS,
      args.map((each) => JSON.stringify(each)),
      {
        cwd: folder,
        // A group of its own ends together with the servers that the tests have started.
        detached: true,
        stdio: ['ignore', 'ignore', mutant === undefined ? 'inherit' : 'ignore', 'ipc'],
        execArgv: ['--disable-warning=ExperimentalWarning'],
        env: {
          ...process.env,
          HOLDFAST_TEST_RUN_FOLDER: folder,
          NODE_COMPILE_CACHE: join(folder, 'compile-cache'),
          TMPDIR: folder,
        },
      },
    );
    this.#process.on('error', () => undefined);
    process.on('exit', this.end);
  }

  /** Returns the answer to a request, or `undefined` if the process ends or is silent for too long. */
  ask(request, values, silenceMs) {
    this.#process.send({ request, ...values });
    return this.answer(silenceMs);
  }

  /** Returns the next answer, which the process sends by itself after its start. */
  answer(silenceMs = SILENCE_MS) {
    return new Promise((resolve) => {
      const { pid } = this.#process;
      let timer;
      const settle = (answer) => {
        clearTimeout(timer);
        this.#process.off('message', hear).off('exit', fall);
        resolve(answer);
      };
      const fall = () => settle(undefined);
      const wait = (heardAtMs = performance.now(), cpuBeforeMs = cpuMsOf(pid)) => {
        timer = setTimeout(() => {
          const workedMs = cpuMsOf(pid) - cpuBeforeMs;
          const silentMs = performance.now() - heardAtMs;
          if (workedMs >= silenceMs || silentMs >= BUSY_FACTOR * silenceMs) fall();
          else wait(heardAtMs, cpuBeforeMs);
        }, silenceMs);
      };
      const hear = (message) => {
        clearTimeout(timer);
        if (message.isAlive) wait();
        else settle(message);
      };
      wait();
      this.#process.on('message', hear).once('exit', fall);
    });
  }

  end = () => {
    process.off('exit', this.end);
    try {
      process.kill(-this.#process.pid, 'SIGKILL');
    } catch {
      // The group has ended, or it is Windows, which has no such groups.
      this.#process.kill('SIGKILL');
    }
  };
}

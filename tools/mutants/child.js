import { fork } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** While a process loads all tests, or runs its longest one, it is silent for long on a busy machine. */
export const LONG_SILENCE_MS = 300_000;
/** A process that is silent for so long is in an endless loop. */
const SILENCE_MS = 60_000;
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
      let timer;
      const settle = (answer) => {
        clearTimeout(timer);
        this.#process.off('message', hear).off('exit', fall);
        resolve(answer);
      };
      const fall = () => settle(undefined);
      const hear = (message) => {
        clearTimeout(timer);
        if (!message.isAlive) settle(message);
        else timer = setTimeout(fall, silenceMs);
      };
      timer = setTimeout(fall, silenceMs);
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

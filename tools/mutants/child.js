import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const SILENCE_MS = 30_000;
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
        env: { ...process.env, HOLDFAST_TEST_RUN_FOLDER: folder, TMPDIR: folder },
      },
    );
    this.#process.on('error', () => undefined);
    process.on('exit', this.end);
  }

  /** Returns the answer to a request, or `undefined` if the process ends or is silent for 30 s. */
  ask(request, values) {
    this.#process.send({ request, ...values });
    return this.answer();
  }

  /** Returns the next answer, which the process sends by itself after its start. */
  answer() {
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
        else timer = setTimeout(fall, SILENCE_MS);
      };
      timer = setTimeout(fall, SILENCE_MS);
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

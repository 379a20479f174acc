/**
 * The test files that a run of all tests loads as one file, `all.test.ts`. Jest loads each file's
 * modules anew, and loading CDK takes longer than most of these files' tests. Files that change the
 * environment, make bundles or have a snapshot are not among them.
 */
export const LOADED_TOGETHER =
  /\/test\/(policy|lib|lib\/monitoring)\/(?!all|bundle|cold-start|dashboard|lean-sdk)[\w-]+\.test\.ts$/;

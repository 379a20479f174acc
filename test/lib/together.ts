/**
 * The test files that a run of all tests loads as one file, `all.test.ts`. Jest loads each file's
 * modules anew, and loading CDK takes longer than most of these files' tests. The others change the
 * environment or make bundles.
 */
export const LOADED_TOGETHER = /\/test\/lib\/(?!all|bundle|cold-start|lean-sdk)[\w-]+\.test\.ts$/;

/** Sets variables, which every SDK client reads. A variable with the value undefined is removed. */
export function setEnvironment(
  env: NodeJS.ProcessEnv,
  variables: Readonly<Record<string, string | undefined>>,
): void {
  for (const [name, value] of Object.entries(variables)) {
    if (value === undefined) delete env[name];
    else env[name] = value;
  }
}

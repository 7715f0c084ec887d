import { execFile } from 'node:child_process'

/** Runs a command; on failure rejects with its standard error. */
export function runToEnd(
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly environment?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  const { cwd, environment = process.env } = options
  return new Promise((resolve, reject) => {
    execFile(
      command,
      args,
      { cwd, env: environment, encoding: 'utf8' },
      (cause, stdout, stderr) => {
        if (cause === null) resolve(stdout)
        else
          reject(
            new Error(`${command} ${args[0]} failed: ${stderr.trim() || cause.message}`, { cause }),
          )
      },
    )
  })
}

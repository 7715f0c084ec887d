import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

interface KubectlResult {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Real kubectl with one kubeconfig and its own home directory. */
export interface Kubectl {
  /** Runs to completion, whatever the exit code. */
  run(args: readonly string[], input?: string): Promise<KubectlResult>
  /** Runs and resolves to the output; rejects with it on failure. */
  (...args: readonly string[]): Promise<string>
  /** `kubectl apply -f -` of the text. */
  apply(manifest: string): Promise<string>
  dispose(): void
}

/** The program named by `KUBECTL`; the global test setup has found or downloaded it. */
export function kubectlFor(kubeconfig: string): Kubectl {
  const home = mkdtempSync(join(tmpdir(), 'fairlead-kubectl-'))
  const run = (args: readonly string[], input?: string) =>
    runToEnd(args, { PATH: process.env['PATH'], HOME: home, KUBECONFIG: kubeconfig }, input)
  const succeed = async (args: readonly string[], input?: string) => {
    const { code, stdout, stderr } = await run(args, input)
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')} failed: ${stderr}${stdout}`)
    return stdout
  }
  return Object.assign((...args: readonly string[]) => succeed(args), {
    run,
    apply: (manifest: string) => succeed(['apply', '-f', '-'], manifest),
    dispose: () => rmSync(home, { recursive: true, force: true }),
  })
}

function runToEnd(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  input: string | undefined,
): Promise<KubectlResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.env['KUBECTL'] ?? 'kubectl', [...args], { env })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
    child.on('error', reject)
    child.on('close', (code) => resolve({ code: code ?? 1, stdout, stderr }))
    child.stdin.on('error', () => {})
    child.stdin.end(input ?? '')
  })
}

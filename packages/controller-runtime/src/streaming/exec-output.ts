import type { Pod } from '@fairlead/kube-types'
import type { Client } from '../client/client.ts'
import type { KeyOf } from '../object-key.ts'
import { exec, type ExecOptions } from './exec.ts'

export interface ExecOutputOptions extends Omit<
  ExecOptions,
  'stdout' | 'stderr' | 'tty' | 'terminalSizes'
> {
  /** How much the command may write in all; more is an error. Defaults to 1 MiB. */
  readonly limitBytes?: number
}

/** Runs a command in a container and resolves with what it wrote. Throws as `exec`. */
export async function execOutput(
  client: Client,
  pod: KeyOf<Pod>,
  options: ExecOutputOptions,
): Promise<{ stdout: string; stderr: string }> {
  const { limitBytes = 1024 * 1024, ...rest } = options
  let bytes = 0
  const collector = () => {
    const chunks: Uint8Array[] = []
    const take = (chunk: Uint8Array) => {
      bytes += chunk.length
      if (bytes > limitBytes) {
        throw new RangeError(`the command wrote more than ${limitBytes} bytes: raise limitBytes`)
      }
      chunks.push(chunk)
    }
    return { take, text: () => Buffer.concat(chunks).toString('utf8') }
  }
  const stdout = collector()
  const stderr = collector()
  await exec(client, pod, { ...rest, stdout: stdout.take, stderr: stderr.take })
  return { stdout: stdout.text(), stderr: stderr.text() }
}

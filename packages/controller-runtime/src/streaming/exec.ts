import { Pod } from '@fairlead/kube-types'
import type { Client } from '../client/client.ts'
import type { KeyOf } from '../object-key.ts'
import {
  carryCommand,
  commandProtocols,
  commandQuery,
  type CommandStreams,
} from './remote-command.ts'

export interface AttachOptions extends CommandStreams {
  /** Needed if the pod has several, unless an annotation names the default. */
  readonly container?: string
  /** Ends the connection. A command is not killed by that, but its terminal and its input end. */
  readonly signal?: AbortSignal
  /** How long to wait for the connection. Defaults to the client's timeout, 30 s. */
  readonly timeoutMs?: number
}

export interface ExecOptions extends AttachOptions {
  /** The program and its arguments; no shell reads them. */
  readonly command: readonly string[]
}

/**
 * Runs a command in a container, and resolves when it has ended with exit code 0. Throws
 * CommandExitError for another exit code, StatusError if the server refuses, and WebSocketError if the
 * connection breaks, which is noticed within 65 s. There is no other deadline than `signal`. Needs the
 * verbs `get` and `create` on `pods/exec`, and a server that knows WebSockets: Kubernetes 1.30, when
 * the command has a standard input.
 */
export async function exec(client: Client, pod: KeyOf<Pod>, options: ExecOptions): Promise<void> {
  if (options.command.length === 0) throw new TypeError('exec needs a command')
  await run(client, 'exec', pod, options, { command: options.command })
}

/** Joins the process that already runs in a container; otherwise as `exec`. */
export async function attach(
  client: Client,
  pod: KeyOf<Pod>,
  options: AttachOptions = {},
): Promise<void> {
  await run(client, 'attach', pod, options, {})
}

async function run(
  client: Client,
  subresource: 'exec' | 'attach',
  pod: KeyOf<Pod>,
  options: AttachOptions,
  query: { readonly command?: readonly string[] },
): Promise<void> {
  const { container, signal, timeoutMs } = options
  if (options.terminalSizes !== undefined && !options.tty) {
    throw new TypeError(`${subresource} has sizes for a terminal and none: set tty`)
  }
  const connection = await client.subresource(subresource).connect(Pod, pod, {
    signal,
    timeoutMs,
    protocols: commandProtocols(options),
    query: { ...query, container, ...commandQuery(options) },
  })
  await carryCommand(connection, options)
}

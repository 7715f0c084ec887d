import { parseJsonOrUndefined } from '@fairlead/base'
import type { Connection } from '../client/client.ts'
import { checkCommandStatus } from './command-status.ts'

/** What a command reads and writes. */
export interface CommandStreams {
  /** What the command reads. When it ends, so does the command's standard input. */
  readonly stdin?: AsyncIterable<Uint8Array | string>
  /** Takes what the command writes; the command has to wait while a promise is pending. */
  readonly stdout?: (bytes: Uint8Array) => void | Promise<void>
  /** The same for errors; with a terminal they come to `stdout`. */
  readonly stderr?: (bytes: Uint8Array) => void | Promise<void>
  /** Gives the command a terminal. */
  readonly tty?: boolean
  /** The sizes of the terminal, the first at once, others as they change. */
  readonly terminalSizes?: AsyncIterable<TerminalSize>
}

export interface TerminalSize {
  /** Columns. */
  readonly width: number
  /** Rows. */
  readonly height: number
}

const channels = { stdin: 0, stdout: 1, stderr: 2, status: 3, resize: 4, close: 255 } as const

/** The first of these has a message for the end of standard input. */
const v5 = 'v5.channel.k8s.io'
const v4 = 'v4.channel.k8s.io'

const chunkBytes = 32 * 1024
const statusLimitBytes = 64 * 1024

/** What is asked for. Without a message for it, a command would wait for the end of its input. */
export function commandProtocols({ stdin, tty }: CommandStreams): readonly string[] {
  return stdin !== undefined && !tty ? [v5] : [v5, v4]
}

export function commandQuery({ stdin, stdout, stderr, tty = false }: CommandStreams) {
  return {
    stdin: stdin !== undefined,
    stdout: stdout !== undefined,
    stderr: stderr !== undefined && !tty,
    tty,
  }
}

/** Carries the streams until the command ends. Throws as `checkCommandStatus`, WebSocketError. */
export async function carryCommand(connection: Connection, streams: CommandStreams): Promise<void> {
  const inputs = [
    new Pump(
      streams.stdin,
      (chunk) => sendInput(connection, chunk),
      () => endInput(connection),
    ),
    new Pump(streams.terminalSizes, (size) => sendSize(connection, size)),
  ]
  for (const input of inputs) input.start(() => connection.close())
  const status: Uint8Array[] = []
  try {
    await readOutput(connection, streams, status)
  } finally {
    for (const input of inputs) input.stop()
  }
  for (const input of inputs) input.throwFailure()
  checkCommandStatus(Buffer.concat(status).toString('utf8'))
}

async function readOutput(
  connection: Connection,
  { stdout, stderr }: CommandStreams,
  status: Uint8Array[],
): Promise<void> {
  let statusBytes = 0
  for await (const message of connection.messages()) {
    const bytes = message.subarray(1)
    // The server begins each channel with an empty message.
    if (bytes.length === 0) continue
    if (message[0] === channels.stdout) await stdout?.(bytes)
    if (message[0] === channels.stderr) await stderr?.(bytes)
    if (message[0] !== channels.status) continue
    statusBytes += bytes.length
    if (statusBytes > statusLimitBytes) continue
    status.push(bytes)
    // Nothing comes after the status, and not every server closes by itself.
    if (isWhole(status)) connection.close()
  }
}

function isWhole(status: readonly Uint8Array[]): boolean {
  return parseJsonOrUndefined(Buffer.concat(status).toString('utf8')) !== undefined
}

async function sendInput(connection: Connection, chunk: Uint8Array | string): Promise<void> {
  const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
  for (let start = 0; start < bytes.length; start += chunkBytes) {
    await connection.send(onChannel(channels.stdin, bytes.subarray(start, start + chunkBytes)))
  }
}

async function endInput(connection: Connection): Promise<void> {
  if (connection.protocol !== v5) return
  await connection.send(onChannel(channels.close, Uint8Array.of(channels.stdin)))
}

async function sendSize(connection: Connection, { width, height }: TerminalSize): Promise<void> {
  const text = JSON.stringify({ Width: width, Height: height })
  await connection.send(onChannel(channels.resize, Buffer.from(text)))
}

function onChannel(channel: number, bytes: Uint8Array): Uint8Array {
  return Buffer.concat([Uint8Array.of(channel), bytes])
}

/** Sends what an iterable has, until it ends or is no longer wanted. */
class Pump<T> {
  readonly #source: AsyncIterator<T> | undefined
  readonly #send: (value: T) => Promise<void>
  readonly #end: () => Promise<void>
  #isStopped = false
  #failure: { readonly error: unknown } | undefined

  constructor(
    source: AsyncIterable<T> | undefined,
    send: (value: T) => Promise<void>,
    end: () => Promise<void> = () => Promise.resolve(),
  ) {
    this.#source = source?.[Symbol.asyncIterator]()
    this.#send = send
    this.#end = end
  }

  start(onFailure: () => void): void {
    this.#run().catch((error: unknown) => {
      if (this.#isStopped) return
      this.#failure = { error }
      onFailure()
    })
  }

  /** Throws what the iterable threw, if it did. */
  throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.error
  }

  /** Does not wait: whoever reads from a terminal may do so until a key is pressed. */
  stop(): void {
    this.#isStopped = true
    this.#source?.return?.().catch(() => {})
  }

  async #run(): Promise<void> {
    if (this.#source === undefined) return
    for (;;) {
      const next = await this.#source.next()
      if (this.#isStopped) return
      if (next.done === true) return this.#end()
      await this.#send(next.value)
    }
  }
}

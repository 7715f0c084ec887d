import { once } from 'node:events'
import { request, type ClientRequest, type IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { CommandFailure } from '../command-failure.ts'
import type { ControlLine } from './conversation-control.ts'
import { controlSocketPath, socketPathProblem } from './control-socket.ts'
import { textLines } from './text-lines.ts'

interface ControlQuestion {
  readonly dataDir: string
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly query: URLSearchParams
  /** What is sent along. */
  readonly body?: Readable
  readonly signal: AbortSignal
}

/**
 * What the gateway of a data directory answers. Rejects with a CommandFailure where none runs, and for
 * what it refuses.
 */
export async function askControl(question: ControlQuestion): Promise<IncomingMessage> {
  const { body, dataDir, method, path, query, signal } = question
  const socketPath = controlSocketPath(dataDir)
  const problem = socketPathProblem(socketPath)
  if (problem !== undefined) {
    throw new CommandFailure(`no gateway can be asked in ${dataDir}: ${problem}`)
  }
  const asking = request({
    socketPath,
    method,
    path: `${path}?${query.toString()}`,
    signal,
    headers: { host: 'control' },
  })
  const answered = response(asking, dataDir, signal)
  // What is not read to its end ends with the answer that says why.
  if (body === undefined) asking.end()
  else pipeline(body, asking).catch(() => {})
  const answer = await answered
  if (answer.statusCode === 200) return answer
  const lines: string[] = []
  for await (const line of textLines(answer)) lines.push(line)
  throw new CommandFailure(messageIn(lines.join('\n')))
}

/** The result that an answer of lines ends with. Rejects with a CommandFailure for an error. */
export async function resultOf<State, Result>(
  answer: IncomingMessage,
  onProgress: (state: State) => void,
): Promise<Result> {
  try {
    for await (const text of textLines(answer)) {
      const line = JSON.parse(text) as ControlLine<State, Result>
      if ('progress' in line) onProgress(line.progress)
      else if ('result' in line) return line.result
      else throw new CommandFailure(line.error)
    }
  } catch (error) {
    throw brokenOff(error)
  }
  throw brokenOff(undefined)
}

/** What an answer that ends too early is told as. */
export function brokenOff(error: unknown): unknown {
  const { code } = (error ?? {}) as NodeJS.ErrnoException
  if (error !== undefined && code !== 'ECONNRESET') return error
  return new CommandFailure('the gateway has ended before it was done: run the command again')
}

async function response(
  asking: ClientRequest,
  dataDir: string,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  try {
    const [answer] = (await once(asking, 'response')) as [IncomingMessage]
    return answer
  } catch (error) {
    signal.throwIfAborted()
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ENOENT' && code !== 'ECONNREFUSED') throw brokenOff(error)
    throw new CommandFailure(
      `no gateway runs with the data directory ${dataDir}: the process that serves with it is asked; start it, or name its --data-dir`,
      { cause: error },
    )
  }
}

function messageIn(text: string): string {
  try {
    const { error } = JSON.parse(text) as { readonly error?: { readonly message?: unknown } }
    if (typeof error?.message === 'string') return error.message
  } catch {
    // Told as it is.
  }
  return text.slice(0, 500)
}

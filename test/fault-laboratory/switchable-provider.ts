import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Clock } from '@fairlead/base'
import { openAiChat as format } from './formats/openai-chat.ts'
import { words } from './formats/provider-format.ts'

/** `Dead`: it resets every connection. `Hung`: it reads requests and says nothing. */
export type ProviderMode = 'Well' | 'Dead' | 'Hung'

/** A provider of OpenAI's API on a real socket that breaks down and recovers as a test says. */
export class SwitchableProvider {
  /** Requests that it has read. */
  requests = 0
  #mode: ProviderMode = 'Well'
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly #clock: Clock
  readonly #latencyMs: number

  private constructor(clock: Clock, latencyMs: number) {
    this.#clock = clock
    this.#latencyMs = latencyMs
    this.#server = createServer((request, response) => {
      const parts: Buffer[] = []
      request.on('data', (part: Buffer) => parts.push(part))
      request.on('end', () => this.#take(Buffer.concat(parts).toString('utf8'), response))
    })
    this.#server.on('connection', (socket) => {
      socket.setNoDelay(true)
      socket.on('error', () => socket.destroy())
      socket.on('close', () => this.#sockets.delete(socket))
      this.#sockets.add(socket)
      if (this.#mode === 'Dead') socket.resetAndDestroy()
    })
  }

  /** On a free port. When it is well, an answer takes `latencyMs` of the clock's time. */
  static async start(clock: Clock, latencyMs: number): Promise<SwitchableProvider> {
    const provider = new SwitchableProvider(clock, latencyMs)
    await once(provider.#server.listen(0, '127.0.0.1'), 'listening')
    return provider
  }

  get baseURL(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`
  }

  /** From now on. One that dies takes its calls with it; those of one that hung stay unanswered. */
  become(mode: ProviderMode): void {
    this.#mode = mode
    if (mode === 'Dead') for (const socket of this.#sockets) socket.resetAndDestroy()
  }

  async close(): Promise<void> {
    this.#server.close()
    this.#server.closeAllConnections()
    await once(this.#server, 'close')
  }

  #take(text: string, response: ServerResponse): void {
    this.requests += 1
    if (this.#mode !== 'Well') return
    const { stream = false } = JSON.parse(text) as { readonly stream?: boolean }
    this.#clock.setTimer(this.#latencyMs, () => {
      if (!response.destroyed) answer(response, stream)
    })
  }
}

function answer(response: ServerResponse, stream: boolean): void {
  response.writeHead(200, { 'content-type': stream ? 'text/event-stream' : 'application/json' })
  if (!stream) return void response.end(format.whole(words.join('')))
  response.end(
    [format.opening, ...words.map((one) => format.word(one)), format.finish, format.done].join(''),
  )
}

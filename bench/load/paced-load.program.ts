// Makes calls at a pace and measures how long they take: argument 1 is a file with a
// PacedLoadRequest; prints a PacedLoadResult. The pace does not depend on the answers, and a call's
// time counts from when it was due: calls that wait behind slow ones are not left out.
import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { quantile } from '../statistics/quantile.ts'
import { MessageReader } from '../wire/message-reader.ts'
import type { PacedLoadRequest, PacedLoadResult, Percentiles } from './paced-load-terms.ts'

interface Connection {
  readonly socket: Socket
  readonly reader: MessageReader
  /** When the call that it carries was due; undefined while it is idle. */
  dueMs: number | undefined
}

/** More open calls than this mean that the other side cannot keep the pace. */
const openMax = 2000
/** How long the last answers may take. */
const answerMsMax = 10_000

const request = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as PacedLoadRequest
const { hostname, port } = new URL(request.url)
const messages = request.bodies.map(messageOf)
const { pace } = request

const idle: Connection[] = []
const latencies: number[] = []
const latenesses: number[] = []
let sent = 0
let failures = 0
let open = 0
let firstMs = 0
let isOver = false
/** What follows an answer; nothing at a fixed rate. */
let onAnswer: () => void = () => {}

if ('requestsPerSecond' in pace) runAtRate(pace.requestsPerSecond)
else runClosed(pace.connections, pace.requestsMax)

function runAtRate(requestsPerSecond: number): void {
  const count = Math.floor(requestsPerSecond * (request.warmUpSeconds + request.seconds))
  const metronome = new Worker(fileURLToPath(new URL('./metronome.program.ts', import.meta.url)), {
    workerData: { requestsPerSecond, count },
  })
  metronome.on('message', (message: { readonly start?: number; readonly due?: number }) => {
    if (message.start !== undefined) firstMs = message.start - performance.timeOrigin
    for (const until = message.due ?? 0; sent < until;) {
      const dueMs = firstMs + (sent * 1000) / requestsPerSecond
      const lateness = performance.now() - dueMs
      if (isCounted(dueMs)) latenesses.push(lateness)
      if (open < openMax) send(dueMs)
      else {
        sent += 1
        failures += 1
      }
    }
    if (sent === count) finish()
  })
}

function runClosed(connections: number, requestsMax: number): void {
  firstMs = performance.now()
  const endMs = firstMs + (request.warmUpSeconds + request.seconds) * 1000
  const next = () => {
    if (isOver) return
    if (sent >= requestsMax || performance.now() >= endMs) finish()
    else send(performance.now())
  }
  onAnswer = next
  for (let index = 0; index < connections; index++) next()
}

function send(dueMs: number): void {
  const connection = idle.pop() ?? openConnection()
  connection.dueMs = dueMs
  open += 1
  connection.socket.write(messages[sent % messages.length] ?? '')
  sent += 1
}

function openConnection(): Connection {
  const socket = connect({ host: hostname, port: Number(port), noDelay: true })
  const connection: Connection = { socket, reader: new MessageReader(), dueMs: undefined }
  socket.on('error', () => socket.destroy())
  socket.once('close', () => {
    const index = idle.indexOf(connection)
    if (index !== -1) idle.splice(index, 1)
    end(connection, false)
  })
  socket.on('data', (bytes: Buffer) => {
    if (connection.reader.read(bytes) === -1) return
    const isGood = connection.reader.status === 200
    connection.reader.begin()
    idle.push(connection)
    end(connection, isGood)
  })
  return connection
}

function end(connection: Connection, isGood: boolean): void {
  const { dueMs } = connection
  if (dueMs === undefined) return
  connection.dueMs = undefined
  open -= 1
  if (!isGood) failures += 1
  else if (isCounted(dueMs)) latencies.push(performance.now() - dueMs)
  if (isOver && open === 0) report()
  else onAnswer()
}

function isCounted(dueMs: number): boolean {
  return dueMs - firstMs >= request.warmUpSeconds * 1000
}

function finish(): void {
  if (isOver) return
  isOver = true
  if (open === 0) report()
  else
    setTimeout(() => {
      failures += open
      report()
    }, answerMsMax).unref()
}

function report(): void {
  const result: PacedLoadResult = {
    sent,
    answered: latencies.length,
    failures,
    seconds: (performance.now() - firstMs) / 1000,
    latency: percentiles(latencies),
    lateness: percentiles(latenesses),
  }
  process.stdout.write(JSON.stringify(result), () => process.exit(0))
}

function percentiles(values: readonly number[]): Percentiles {
  const at = (part: number) => (values.length === 0 ? 0 : quantile(values, part))
  return { p50: at(0.5), p99: at(0.99), p999: at(0.999), max: at(1) }
}

function messageOf(body: string): Buffer {
  const { host, pathname, search } = new URL(request.url)
  const headers = { host, 'content-type': 'application/json', ...request.headers }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  const length = Buffer.byteLength(body)
  return Buffer.from(
    `POST ${pathname}${search} HTTP/1.1\r\n${lines.join('')}content-length: ${length}\r\n\r\n${body}`,
  )
}

import type { Socket } from 'node:net'
import type { MessageError } from '../message/message-error.ts'
import { PendingBytes } from '../message/pending-bytes.ts'
import { fieldLines } from '../message/write-head.ts'
import { responseHead } from './server-response.ts'

/** What is said to what is not a request: fields, as a flat list, and body. */
export interface Refusal {
  readonly fields: readonly string[]
  readonly body: string
}

const reserved: ReadonlySet<string> = new Set(['connection', 'content-length', 'transfer-encoding'])

/** Writes the answer that closes a connection. `dateLine` is the Date field, as a line. */
export function writeRefusal(
  socket: Socket,
  { status }: MessageError,
  { fields, body }: Refusal,
  dateLine: string,
): void {
  const byteLength = Buffer.byteLength(body)
  const lines = `${fieldLines(fields, reserved)}content-length: ${byteLength}\r\n`
  const pending = new PendingBytes()
  pending.addText(`${responseHead(status, lines)}${dateLine}connection: close\r\n\r\n`)
  pending.addBody(body, byteLength)
  pending.writeTo(socket)
}

import { Duplex } from 'node:stream'
import type { Socket } from 'node:net'

/** One end of a connection without a network: the test is the other end. */
export class MemorySocket extends Duplex {
  readonly #written: Buffer[] = []

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#written.push(chunk)
    done()
  }

  /** The peer sends a piece. */
  receive(piece: Buffer): void {
    if (!this.destroyed && !this.readableEnded) this.push(piece)
  }

  /** The peer sends no more. */
  receiveEnd(): void {
    if (!this.destroyed && !this.readableEnded) this.push(null)
  }

  /** What has been written to it, as Latin-1. */
  get written(): string {
    return Buffer.concat(this.#written).toString('latin1')
  }

  /** As what the classes under test take; of a socket they use what every stream has. */
  asSocket(): Socket {
    return this as unknown as Socket
  }

  setTimeout(): this {
    return this
  }

  setNoDelay(): this {
    return this
  }

  setKeepAlive(): this {
    return this
  }

  ref(): this {
    return this
  }

  unref(): this {
    return this
  }

  destroySoon(): void {
    if (this.writable) this.end()
    if (this.writableFinished) this.destroy()
    else this.once('finish', () => this.destroy())
  }
}

/** Lets everything happen that has been scheduled for now. */
export async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve))
  }
}

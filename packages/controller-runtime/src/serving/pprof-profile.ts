/** One function on a stack, as V8 describes it. */
export interface StackFrame {
  readonly functionName: string
  readonly url: string
  /** Counted from 0; negative if there is none. */
  readonly lineNumber: number
}

/** Stacks with what was measured at them. */
export interface StackSamples {
  /** What `values` of a sample are, such as `['cpu', 'nanoseconds']`. */
  readonly types: readonly (readonly [type: string, unit: string])[]
  /** The innermost frame comes first. */
  readonly samples: readonly {
    readonly frames: readonly StackFrame[]
    readonly values: readonly number[]
  }[]
  /** When it began. */
  readonly timeMs: number
  readonly durationMs: number
  /** Between samples, in the unit of the last type. */
  readonly period: number
}

/**
 * A profile in the format of pprof, not compressed: profile.proto of github.com/google/pprof, whose
 * field numbers stand here.
 */
export function encodePprof(profile: StackSamples): Uint8Array {
  const tables = new Tables()
  const root = new ProtobufMessage()
  for (const type of profile.types) root.message(1, tables.valueType(type))
  for (const { frames, values } of profile.samples) {
    const sample = new ProtobufMessage()
    sample.integers(
      1,
      frames.map((frame) => tables.location(frame)),
    )
    sample.integers(2, values)
    root.message(2, sample)
  }
  const period = tables.valueType(profile.types.at(-1) ?? ['', ''])
  for (const location of tables.locations) root.message(4, location)
  for (const described of tables.functions) root.message(5, described)
  for (const text of tables.strings) root.text(6, text)
  root.integer(9, profile.timeMs * 1e6)
  root.integer(10, profile.durationMs * 1e6)
  root.message(11, period)
  root.integer(12, profile.period)
  return root.bytes()
}

/** What a profile names once and refers to by number. */
class Tables {
  readonly strings: string[] = []
  readonly locations: ProtobufMessage[] = []
  readonly functions: ProtobufMessage[] = []
  readonly #stringIds = new Map<string, number>()
  readonly #locationIds = new Map<string, number>()

  constructor() {
    // The first one must be empty.
    this.string('')
  }

  string(text: string): number {
    return known(this.#stringIds, text, () => this.strings.push(text) - 1)
  }

  valueType([type, unit]: readonly [string, string]): ProtobufMessage {
    const message = new ProtobufMessage()
    message.integer(1, this.string(type))
    message.integer(2, this.string(unit))
    return message
  }

  /** A function of JavaScript is one location: V8 tells where it begins. */
  location(frame: StackFrame): number {
    const { functionName, url, lineNumber } = frame
    return known(this.#locationIds, `${functionName}\n${url}\n${lineNumber}`, () => {
      const id = this.locations.length + 1
      const line = Math.max(0, lineNumber + 1)
      this.functions.push(this.#function(id, frame, line))
      const at = new ProtobufMessage()
      at.integer(1, id)
      at.integer(2, line)
      const location = new ProtobufMessage()
      location.integer(1, id)
      location.message(4, at)
      this.locations.push(location)
      return id
    })
  }

  #function(id: number, { functionName, url }: StackFrame, line: number): ProtobufMessage {
    const name = this.string(functionName === '' ? '(anonymous)' : functionName)
    const message = new ProtobufMessage()
    message.integer(1, id)
    message.integer(2, name)
    message.integer(3, name)
    message.integer(4, this.string(url))
    message.integer(5, line)
    return message
  }
}

function known(ids: Map<string, number>, key: string, make: () => number): number {
  let id = ids.get(key)
  if (id === undefined) {
    id = make()
    ids.set(key, id)
  }
  return id
}

/** The parts of protobuf that a profile needs. */
class ProtobufMessage {
  readonly #bytes: number[] = []
  readonly #chunks: Uint8Array[] = []

  integer(field: number, value: number): void {
    this.#varint(field * 8)
    this.#varint(value)
  }

  integers(field: number, values: readonly number[]): void {
    const packed = new ProtobufMessage()
    for (const value of values) packed.#varint(value)
    this.message(field, packed)
  }

  text(field: number, text: string): void {
    this.#block(field, Buffer.from(text))
  }

  message(field: number, message: ProtobufMessage): void {
    this.#block(field, message.bytes())
  }

  bytes(): Uint8Array {
    this.#flush()
    return Buffer.concat(this.#chunks)
  }

  #block(field: number, bytes: Uint8Array): void {
    this.#varint(field * 8 + 2)
    this.#varint(bytes.length)
    this.#flush()
    this.#chunks.push(bytes)
  }

  #flush(): void {
    if (this.#bytes.length > 0) this.#chunks.push(Uint8Array.from(this.#bytes.splice(0)))
  }

  #varint(value: number): void {
    let rest = BigInt(Math.max(0, Math.round(value)))
    while (rest > 0x7fn) {
      this.#bytes.push(Number(rest & 0x7fn) | 0x80)
      rest >>= 7n
    }
    this.#bytes.push(Number(rest))
  }
}

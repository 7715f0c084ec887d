/** One element of DER (ITU-T X.690), by where it stands in the bytes that it was read from. */
export interface DerElement {
  readonly tag: number
  /** The element as it stands, with its tag and length. */
  readonly whole: Buffer
  readonly content: Buffer
}

/** The elements that stand one after the other. @throws when the bytes are not such elements */
export function derElements(bytes: Buffer): DerElement[] {
  const elements: DerElement[] = []
  for (let position = 0; position < bytes.length;) {
    const element = elementAt(bytes, position)
    elements.push(element)
    position += element.whole.length
  }
  return elements
}

/** The parts of a constructed element. @throws when it has another tag, or is none */
export function derParts(element: DerElement | undefined, tag: number): DerElement[] {
  if (element?.tag !== tag) throw new Error('the ASN.1 structure is not the expected one')
  return derElements(element.content)
}

/** The dotted form of an OBJECT IDENTIFIER. */
export function objectIdentifierOf(element: DerElement | undefined): string {
  if (element?.tag !== 0x06) return ''
  const arcs: number[] = []
  let arc = 0
  for (const byte of element.content) {
    arc = arc * 128 + (byte & 0x7f)
    if (byte >= 0x80) continue
    arcs.push(arc)
    arc = 0
  }
  const [first = 0, ...rest] = arcs
  const root = Math.min(2, Math.floor(first / 40))
  return [root, first - root * 40, ...rest].join('.')
}

function elementAt(bytes: Buffer, start: number): DerElement {
  const tag = bytes[start] ?? 0
  const first = bytes[start + 1] ?? 0
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f
  if (lengthBytes > 4) throw new Error('an ASN.1 element is too long')
  let length = first < 0x80 ? first : 0
  for (let index = 0; index < lengthBytes; index++) {
    length = length * 256 + (bytes[start + 2 + index] ?? 0)
  }
  const begin = start + 2 + lengthBytes
  const end = begin + length
  if (end > bytes.length) throw new Error('an ASN.1 element is cut off')
  return { tag, whole: bytes.subarray(start, end), content: bytes.subarray(begin, end) }
}

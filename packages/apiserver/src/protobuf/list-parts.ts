import { isJsonObject } from '@fairlead/base'

import { apiType, type ApiField } from '../api-types/api-type.ts'
import { messageWire, writeEnvelopeEnd, writeEnvelopeStart } from './protobuf-message.ts'
import type { WireType } from './wire-type.ts'
import { WireWriter } from './wire-writer.ts'

/** Items that are encoded at once. */
const itemsPerPart = 16
/** Parts whose length is found in one turn of the event loop. */
const partsPerTurn = 16

const listMeta = 'io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta'

/**
 * A list in its envelope, as `writeMessage` has it, in parts that are encoded when they are asked for.
 * The envelope begins with its length, for which every item is encoded once before; others have their
 * turn meanwhile.
 */
export async function* listMessageParts(
  typeName: string,
  list: Readonly<Record<string, unknown>>,
  names: { readonly apiVersion: string; readonly kind: string },
): AsyncGenerator<Buffer> {
  const items = Array.isArray(list['items']) ? (list['items'] as readonly unknown[]) : []
  const write = itemWriter(typeName)
  const metadata = metadataOf(typeName, list['metadata'])
  let length = metadata.length
  for (let start = 0; start < items.length; start += itemsPerPart) {
    length += write(items.slice(start, start + itemsPerPart)).length
    if ((start / itemsPerPart) % partsPerTurn === partsPerTurn - 1) await nextTurn()
  }
  const envelope = new WireWriter()
  envelope.raw(metadata)
  envelope.varint(length)
  writeEnvelopeStart(envelope, names)
  yield envelope.finish()
  for (let start = 0; start < items.length; start += itemsPerPart) {
    yield write(items.slice(start, start + itemsPerPart))
  }
  const end = new WireWriter()
  writeEnvelopeEnd(end)
  yield end.finish()
}

/** What writes several items as they follow each other in a list of this type. */
function itemWriter(typeName: string): (items: readonly unknown[]) => Buffer {
  const field = fieldOf(typeName, 'items')
  const wire = wireOfItems(field)
  return (items) => {
    const writer = new WireWriter(itemsPerPart * 1024)
    for (const item of items.toReversed()) {
      wire.write(item, writer)
      writer.tag(field.number, wire.wire)
    }
    return writer.finish()
  }
}

function wireOfItems({ type }: ApiField): WireType {
  if (type.kind !== 'list' || type.items.kind !== 'type') {
    throw new TypeError('the items of a list are objects')
  }
  return messageWire(type.items.type)
}

function metadataOf(typeName: string, metadata: unknown): Buffer {
  const writer = new WireWriter()
  messageWire(listMeta).write(isJsonObject(metadata) ? metadata : {}, writer)
  writer.tag(fieldOf(typeName, 'metadata').number, 2)
  return writer.finish()
}

function fieldOf(typeName: string, name: 'items' | 'metadata'): ApiField {
  const found = apiType(typeName).fields.find((field) => field.name === name)
  if (found === undefined) throw new TypeError(`${typeName} is no list`)
  return found
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

import type { KubernetesObject } from '@fairlead/kube-core'
import { expect, it } from 'vitest'
import type { Change } from '../storage/change.ts'
import { type EventWriter, jsonEventLine, SharedEventEncoder } from './event-encoder.ts'
import type { WatchEvent } from './watch-event.ts'

const key = { resource: 'configmaps', namespace: 'default', name: 'a' }

function eventOf(revision: number, version = 'v1'): WatchEvent {
  const object: KubernetesObject = {
    apiVersion: version,
    kind: 'ConfigMap',
    metadata: { name: 'a' },
  }
  const change: Change = { type: 'MODIFIED', revision, key, object }
  return { type: 'MODIFIED', object, change }
}

/** An encoder, and which versions of which event it wrote. */
function counted(write: EventWriter) {
  const written: string[] = []
  const encoder = new SharedEventEncoder((type, object) => {
    written.push((object as KubernetesObject).apiVersion)
    return write(type, object)
  })
  return { encode: encoder.encode, written }
}

it('writes a change once for each form, whatever object stands for it', () => {
  const { encode, written } = counted(jsonEventLine)
  const first = encode(eventOf(1))
  expect(encode(eventOf(1))).toBe(first)
  encode(eventOf(1, 'v2'))
  encode(eventOf(2))
  expect(written).toEqual(['v1', 'v2', 'v1'])
})

it('keeps the last 4 MiB', () => {
  const { encode, written } = counted(() => Buffer.alloc(1024 * 1024))
  for (const revision of [1, 2, 3, 4]) encode(eventOf(revision))
  encode(eventOf(1))
  expect(written).toHaveLength(4)
  encode(eventOf(5))
  encode(eventOf(2))
  expect(written).toHaveLength(5)
  encode(eventOf(1))
  expect(written).toHaveLength(6)
})

import type { KubernetesObject } from '@fairlead/kube-core'
import type { Pod } from '@fairlead/kube-types'
import { describe, expect, it } from 'vitest'
import { readInferencePool, serversOf } from './inference-pool.ts'

const pool = (spec: unknown): KubernetesObject => ({
  apiVersion: 'inference.networking.k8s.io/v1',
  kind: 'InferencePool',
  metadata: { namespace: 'models', name: 'llama' },
  spec,
})

// As in conformance/resources/base.yaml of gateway-api-inference-extension.
const complete = {
  selector: { matchLabels: { app: 'primary', tier: 'gpu' } },
  targetPorts: [{ number: 3000 }, { number: 3002 }],
  endpointPickerRef: { name: 'picker', port: { number: 9002 } },
}

describe('an InferencePool', () => {
  it('says which pods serve, who chooses, and what follows when nobody does', () => {
    expect(readInferencePool(pool(complete))).toEqual({
      labelSelector: 'app=primary,tier=gpu',
      ports: [3000, 3002],
      picker: { host: 'picker.models.svc', port: 9002 },
      failureMode: 'FailClose',
    })
  })

  it('may leave out the port of its picker, and fail open', () => {
    const endpointPickerRef = { name: 'picker', failureMode: 'FailOpen' }
    expect(readInferencePool(pool({ ...complete, endpointPickerRef }))).toMatchObject({
      picker: { port: 9002 },
      failureMode: 'FailOpen',
    })
  })

  it.each([
    [{ endpointPickerRef: undefined }, 'names no endpoint picker'],
    [{ endpointPickerRef: { kind: 'Deployment', name: 'picker' } }, 'names a Deployment'],
    [{ endpointPickerRef: { group: 'other.test', kind: 'Picker', name: 'p' } }, 'names a Picker'],
    [{ appProtocol: 'kubernetes.io/h2c' }, 'has the appProtocol "kubernetes.io/h2c"'],
    [{ selector: {} }, 'selects no pods'],
  ])('with %j cannot be used', (parts, words) => {
    expect(readInferencePool(pool({ ...complete, ...parts }))).toEqual({
      problem: expect.stringContaining(words),
    })
  })

  it('of any content is read without an exception', () => {
    for (const spec of [undefined, null, 1, [], { endpointPickerRef: 1, targetPorts: {} }]) {
      expect(readInferencePool(pool(spec))).toHaveProperty('problem')
    }
  })
})

describe('the servers of a pool', () => {
  const pod = (podIP: string | undefined, parts: Partial<Pod['status']> = {}, metadata = {}) =>
    ({
      metadata: { name: 'p', ...metadata },
      status: {
        ...(podIP === undefined ? {} : { podIP }),
        phase: 'Running',
        conditions: [{ type: 'Ready', status: 'True' }],
        ...parts,
      },
    }) as unknown as Pod

  it('are its pods with an address, ready or not', () => {
    const pods = [
      pod('10.0.0.3', { conditions: [] }),
      pod('10.0.0.1'),
      pod(undefined),
      pod('10.0.0.2', { phase: 'Succeeded' }),
      pod('10.0.0.4', {}, { deletionTimestamp: '2026-01-01T00:00:00Z' }),
    ]
    expect(serversOf(pods, [8000])).toEqual([
      { address: '10.0.0.1', ports: [8000], isReady: true },
      { address: '10.0.0.3', ports: [8000], isReady: false },
      { address: '10.0.0.4', ports: [8000], isReady: false },
    ])
  })

  it('serve on those ports that they name as active', () => {
    const annotations = { 'inference.networking.k8s.io/active-ports': '3002,9999' }
    expect(serversOf([pod('10.0.0.1', {}, { annotations })], [3000, 3002])).toMatchObject([
      { ports: [3002] },
    ])
  })
})

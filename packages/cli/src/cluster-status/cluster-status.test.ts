import type { TypedObject } from '@fairlead/kube-core'
import { expect, it } from 'vitest'
import { clusterStatus } from './cluster-status.ts'
import { statusText } from './status-text.ts'

const nowMs = Date.parse('2026-11-28T07:01:00Z')

function resource(kind: string, name: string, rest: object = {}): TypedObject {
  const metadata = { namespace: 'default', name }
  return { apiVersion: 'fairlead.dev/v1beta1', kind, metadata, ...rest }
}

function condition(type: string, status: string, reason = type, message = 'as it is') {
  return { type, status, reason, message }
}

const gateway = resource('LLMGateway', 'default', {
  status: {
    conditions: [condition('Accepted', 'True')],
    addresses: [{ type: 'Hostname', value: 'gateway.test' }],
    deployment: { replicas: 3 },
    replicas: [
      { name: 'a', reportedAt: '2026-11-28T07:00:59Z' },
      { name: 'b', reportedAt: '2026-11-28T06:59:00Z' },
    ],
  },
})
const broken = resource('LLMProvider', 'openai', {
  spec: { type: 'OpenAI' },
  status: {
    conditions: [
      condition('Accepted', 'True'),
      condition('ResolvedRefs', 'False', 'SecretKeyMissing', 'the Secret has no key "api-key"'),
      condition('Healthy', 'Unknown'),
      condition('Exposed', 'False', 'NotRequested'),
      condition('Enforced', 'False', 'Shadow'),
    ],
  },
})

it('says what runs, counts live replicas, and lists what does not hold', () => {
  expect(clusterStatus([broken, gateway], nowMs)).toEqual({
    gateways: [
      {
        name: 'default/default',
        addresses: ['gateway.test'],
        liveReplicas: 1,
        wantedReplicas: 3,
        ready: true,
      },
    ],
    providers: [{ name: 'default/openai', type: 'OpenAI', ready: false }],
    problems: [
      {
        kind: 'LLMProvider',
        name: 'default/openai',
        condition: 'ResolvedRefs',
        reason: 'SecretKeyMissing',
        message: 'the Secret has no key "api-key"',
      },
    ],
  })
})

it('is not ready while no operator has judged it, or no replica serves it', () => {
  const unseen = resource('LLMProvider', 'new', { spec: { type: 'Simulator' } })
  const alone = resource('LLMGateway', 'alone', {
    status: { conditions: [condition('Accepted', 'True')] },
  })
  const { gateways, providers } = clusterStatus([unseen, alone], nowMs)
  expect([gateways[0]?.ready, providers[0]?.ready]).toEqual([false, false])
})

it('reads well', () => {
  expect(statusText(clusterStatus([broken, gateway], nowMs), { gateway: 'http://here' })).toBe(
    `gateway     http://here

GATEWAY           STATE   LIVE   WANTED   ADDRESS
default/default   ready      1        3   gateway.test

PROVIDER         STATE       TYPE
default/openai   not ready   OpenAI

LLMProvider default/openai: ResolvedRefs is False (SecretKeyMissing): the Secret has no key "api-key"
`,
  )
  expect(statusText(clusterStatus([], nowMs), {})).toBe(
    'There is no LLMGateway.\n\nThere is no LLMProvider.\n',
  )
})

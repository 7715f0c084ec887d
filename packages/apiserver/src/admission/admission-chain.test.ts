import type { KubernetesObject } from '@fairlead/kube-core'
import { expect, test } from 'vitest'

import { AdmissionChain } from './admission-chain.ts'
import type { AdmissionPlugin } from './admission-plugin.ts'
import type { AdmissionRequest } from './admission-request.ts'
import { kindNamed } from '../test-support/kind-named.ts'

const configMapKind = kindNamed('ConfigMap')

const request: AdmissionRequest = {
  operation: 'CREATE',
  definition: configMapKind,
  namespace: 'default',
  name: 'a',
  object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', labels: {} } },
  options: {},
  user: { name: 'admin', groups: [] },
  dryRun: false,
  warn: () => {},
}

const label = ({ object }: AdmissionRequest, name: string): KubernetesObject => ({
  ...(object as KubernetesObject),
  metadata: { ...object?.metadata, labels: { ...object?.metadata.labels, [name]: 'yes' } },
})

const labels = (name: string): AdmissionPlugin => ({ name, mutate: (asked) => label(asked, name) })
const labelsLater = (name: string): AdmissionPlugin => ({
  name,
  mutate: (asked) => Promise.resolve(label(asked, name)),
})

test('plugins change an object one after the other, at once when none has to wait', () => {
  const chain = new AdmissionChain([labels('one'), { name: 'nothing' }, labels('two')])
  expect(chain.mutate(request)).toMatchObject({ metadata: { labels: { one: 'yes', two: 'yes' } } })
})

test('what a plugin had to wait for reaches the next ones', async () => {
  const chain = new AdmissionChain([labels('one'), labelsLater('two'), labels('three')])
  const changed = await chain.mutate(request)
  expect(Object.keys(changed?.metadata.labels ?? {})).toEqual(['one', 'two', 'three'])
})

test('the first refusal ends the chain', async () => {
  const asked: string[] = []
  const says = (name: string, verdict: () => void | Promise<void>): AdmissionPlugin => ({
    name,
    validate: () => {
      asked.push(name)
      return verdict()
    },
  })
  const chain = new AdmissionChain([
    says('one', () => {}),
    says('two', () => Promise.reject(new Error('no'))),
    says('three', () => {}),
  ])
  await expect(chain.validate(request)).rejects.toThrow('no')
  expect(asked).toEqual(['one', 'two'])
})

test('a chain without plugins admits everything', () => {
  const chain = new AdmissionChain([])
  expect(chain.mutate(request)).toBe(request.object)
  expect(chain.validate(request)).toBeUndefined()
})

import { expect, it } from 'vitest'

import { podQuality } from './pod-quality.ts'

const full = { cpu: '1', memory: '1Gi' }

it.each([
  ['BestEffort', [{}]],
  ['BestEffort', [{ limits: { 'example.com/gpu': '1' } }]],
  ['Burstable', [{ requests: { cpu: '1' } }]],
  ['Burstable', [{ limits: full, requests: full }, {}]],
  ['Burstable', [{ limits: full, requests: { cpu: '500m', memory: '1Gi' } }]],
  ['Guaranteed', [{ limits: full, requests: { cpu: '1000m', memory: '1024Mi' } }]],
])('%s: %j', (quality, resources) => {
  expect(podQuality({ containers: resources.map((each) => ({ resources: each })) })).toBe(quality)
})

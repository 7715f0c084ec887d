import { describe, expect, it } from 'vitest'
import { exampleGateway } from './test-support/example-gateway.ts'
import { podTemplateOf } from './pod-template.ts'

describe('the Pod template', () => {
  it('gives calls the time to drain, after callers have heard that the Pod stops', () => {
    const { spec } = podTemplateOf(exampleGateway({ drain: '2m' }))
    expect(spec?.containers[0]?.args).toContain('--shutdown-delay=5s')
    expect(spec?.containers[0]?.args).toContain('--drain=120s')
    expect(spec?.terminationGracePeriodSeconds).toBe(5 + 120 + 15)
  })

  it('is merged with podTemplate: by name where Kubernetes does, else replaced', () => {
    const podTemplate = {
      metadata: { annotations: { team: 'a' }, labels: { 'app.kubernetes.io/instance': 'other' } },
      spec: {
        nodeSelector: { disk: 'fast' },
        volumes: [{ name: 'extra', emptyDir: {} }],
        containers: [
          { name: 'gateway', env: [{ name: 'HTTPS_PROXY', value: 'http://proxy:3128' }] },
          { name: 'sidecar', image: 'sidecar:1' },
        ],
      },
    }
    const { metadata, spec } = podTemplateOf(exampleGateway({ podTemplate }))
    expect(metadata?.annotations).toEqual({ team: 'a' })
    expect(metadata?.labels?.['app.kubernetes.io/instance']).toBe('main')
    expect(spec?.nodeSelector).toEqual({ disk: 'fast' })
    expect(spec?.volumes?.map(({ name }) => name).toSorted()).toEqual(['data', 'extra'])
    const gateway = spec?.containers.find(({ name }) => name === 'gateway')
    expect(gateway?.env?.map(({ name }) => name).toSorted()).toEqual([
      'FAIRLEAD_REPLICA',
      'HTTPS_PROXY',
    ])
    expect(gateway?.image).toBe('fairlead:1')
    expect(spec?.containers.some(({ name }) => name === 'sidecar')).toBe(true)
  })
})

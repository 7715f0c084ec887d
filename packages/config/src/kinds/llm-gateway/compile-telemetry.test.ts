import { describe, expect, it } from 'vitest'
import { compileAll, conditionsOf, snapshotOf } from '../../test-support/resources.ts'

const gateway = (telemetry: object) => ({ kind: 'LLMGateway', spec: { telemetry } })
const traces = (parts: object) => gateway({ traces: parts })

describe('spec.telemetry', () => {
  it('is off without an endpoint', () => {
    expect(snapshotOf(gateway({}))?.gateway.telemetry).toEqual({
      semconv: 'Latest',
      traces: { otlp: undefined, samplePercent: undefined, content: false },
    })
  })

  it('names a collector, with headers from Secrets', () => {
    const otlp = {
      endpoint: 'https://Collector.example.com:443/otlp/',
      headers: [{ name: 'API-Key', secretRef: { name: 'collector' } }],
    }
    const compiled = snapshotOf(traces({ otlp, samplePercent: 12.5, content: true }))
    expect(compiled?.gateway.telemetry.traces).toEqual({
      otlp: {
        endpoint: 'https://collector.example.com/otlp',
        headers: [
          { name: 'api-key', secret: { namespace: 'default', name: 'collector', key: 'value' } },
        ],
      },
      samplePercent: 12.5,
      content: true,
    })
  })

  it.each([
    ['a password', 'https://me:hunter2@host', 'must not contain a user or password'],
    ['a query', 'https://host?hunter2', 'must not have a query or a fragment'],
    ['a host that cannot be', 'https://hunter2[', 'not an absolute http or https URL'],
  ])('refuses an endpoint with %s, and does not repeat it', (_name, endpoint, message) => {
    const result = compileAll(traces({ otlp: { endpoint } }))
    expect(conditionsOf(result, 'LLMGateway').Accepted).toMatchObject({
      status: 'False',
      message: expect.stringContaining(`spec.telemetry.traces.otlp.endpoint: ${message}`),
    })
    expect(JSON.stringify(result.conditions)).not.toContain('hunter2')
  })

  it.each(['Host', 'content-length', 'Content-Type'])('refuses the header %s', (name) => {
    const headers = [{ name, secretRef: { name: 'collector' } }]
    const result = compileAll(traces({ otlp: { endpoint: 'https://host', headers } }))
    expect(conditionsOf(result, 'LLMGateway').Accepted).toMatchObject({
      status: 'False',
      message: expect.stringContaining(`headers[0].name: ${name} cannot be set`),
    })
  })
})

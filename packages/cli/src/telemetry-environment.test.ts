import { silentLogger } from '@fairlead/base'
import { describe, expect, it } from 'vitest'
import { readTelemetryEnvironment, warnOfTelemetryVariables } from './telemetry-environment.ts'

const read = (environment: Readonly<Record<string, string | undefined>>) =>
  readTelemetryEnvironment(environment, '1.2.3')

describe('the variables of OpenTelemetry', () => {
  it('say nothing when there are none', () => {
    expect(read({})).toEqual({
      telemetry: {
        isDisabled: false,
        tracesURL: undefined,
        headers: [],
        resource: { 'service.name': 'fairlead', 'service.version': '1.2.3' },
        sampling: { isParentBased: true, ratio: 1 },
      },
      problems: [],
    })
  })

  it.each([
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318' }, 'http://c:4318/v1/traces'],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318/otlp/' }, 'http://c:4318/otlp/v1/traces'],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://c/own' }, 'http://c/own'],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://c' }, 'http://c/'],
    [
      {
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://c/own',
        OTEL_EXPORTER_OTLP_ENDPOINT: 'http://d',
      },
      'http://c/own',
    ],
    [
      { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: '', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://d' },
      'http://d/v1/traces',
    ],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c', OTEL_TRACES_EXPORTER: 'none' }, undefined],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: ' ' }, undefined],
  ])('%j send spans to %s', (environment, tracesURL) => {
    expect(read(environment)).toMatchObject({
      telemetry: { tracesURL },
      problems: [],
    })
  })

  it('give headers and a resource', () => {
    const { telemetry, problems } = read({
      OTEL_EXPORTER_OTLP_HEADERS: 'API-Key=a%20b, x=1',
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'x=2',
      OTEL_RESOURCE_ATTRIBUTES: 'service.name=other,deployment.environment.name=test,k=a%2Cb',
      OTEL_SERVICE_NAME: 'gateway',
    })
    expect(problems).toEqual([])
    expect(telemetry.headers).toEqual([
      ['api-key', 'a b'],
      ['x', '2'],
    ])
    expect(telemetry.resource).toEqual({
      'service.name': 'gateway',
      'service.version': '1.2.3',
      'deployment.environment.name': 'test',
      k: 'a,b',
    })
  })

  it.each([
    ['always_on', undefined, false, 1],
    ['always_off', undefined, false, 0],
    ['traceidratio', '0.25', false, 0.25],
    ['parentbased_always_on', '0.25', true, 1],
    ['parentbased_always_off', undefined, true, 0],
    ['parentbased_traceidratio', '0.5', true, 0.5],
    ['parentbased_traceidratio', undefined, true, 1],
  ])('sample as %s with %s says', (name, argument, isParentBased, ratio) => {
    const { telemetry } = read({ OTEL_TRACES_SAMPLER: name, OTEL_TRACES_SAMPLER_ARG: argument })
    expect(telemetry.sampling).toEqual({ isParentBased, ratio })
  })

  it.each(['true', 'TRUE'])('disable everything with %s', (value) => {
    expect(read({ OTEL_SDK_DISABLED: value }).telemetry.isDisabled).toBe(true)
  })

  it.each([
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'hunter2:4317'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'http://me:hunter2@c'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'hunter2'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'key=hunter2%'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'key=hunter2%0d%0a'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'a b=hunter2'],
    ['OTEL_RESOURCE_ATTRIBUTES', '=hunter2'],
    ['OTEL_TRACES_SAMPLER', 'hunter2'],
    ['OTEL_TRACES_SAMPLER_ARG', 'hunter2'],
    ['OTEL_TRACES_SAMPLER_ARG', '2'],
  ])('%s that is wrong is ignored and named, and not repeated', (name, value) => {
    const { problems } = read({ [name]: value })
    expect(problems).toHaveLength(1)
    expect(problems[0]).toContain(name)
    expect(problems[0]).not.toContain('hunter2')
  })

  it('are warned of once each', () => {
    const warned: object[] = []
    const logger = { ...silentLogger, warn: (fields: object) => void warned.push(fields) }
    const environment = {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4317',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    }
    warnOfTelemetryVariables(environment, logger)
    expect(warned).toEqual([
      { problem: 'OTEL_EXPORTER_OTLP_PROTOCOL: spans are sent as http/json, whatever it says' },
    ])
  })
})

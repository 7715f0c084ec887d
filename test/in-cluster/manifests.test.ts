import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { definitions, LLMGateway } from '@fairlead/api'
import { isJsonObject, silentLogger, type JsonObject } from '@fairlead/base'
import { kinds } from '@fairlead/config'
import { Service } from '@fairlead/kube-types'
import { untyped, type ResourceType } from '@fairlead/kube-core'
import { optionalKinds, setupOperator } from '@fairlead/operator'
import { testCapabilities as capabilities } from '@fairlead/snapshot/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseAllDocuments, stringify } from 'yaml'
import { chart, type Cluster, namespace, openCluster } from './cluster.ts'
import { fieldPaths, givenPaths } from './given-paths.ts'
import { openDefinition } from './open-definition.ts'

/** Programs are started, by a machine that runs other tests. */
const timeoutMs = 240_000

const selector = {
  matchLabels: { app: 'web' },
  matchExpressions: [{ key: 'team', operator: 'In', values: ['a', 'b'] }],
}
const peer = { podSelector: selector, namespaceSelector: selector }
const amounts = { requests: { cpu: '1', memory: '1Gi' }, limits: { memory: '2Gi' } }
const HTTPRoute = untyped(optionalKinds[0])

/** Every field of `spec.deployment`, in two parts, as some exclude each other. */
const deployments = [
  {
    replicas: 2,
    image: 'registry.example.com/fairlead:1',
    imagePullPolicy: 'Always',
    imagePullSecrets: [{ name: 'registry' }],
    resources: amounts,
    podTemplate: {
      metadata: { annotations: { note: 'kept' } },
      spec: { tolerations: [{ key: 'llm', operator: 'Exists' }] },
    },
    service: {
      type: 'LoadBalancer',
      port: 8080,
      annotations: { note: 'kept' },
      loadBalancerClass: 'example.com/internal',
    },
    disruptionBudget: { maxUnavailable: 1 },
    networkPolicy: {
      enabled: true,
      from: [peer],
      monitoringFrom: [peer, { ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } }],
      egressPorts: [8443],
    },
    parentRefs: [{ name: 'edge', namespace: 'edge', sectionName: 'https', port: 443 }],
    hostnames: ['models.example.com'],
    podMonitor: { interval: '15s', labels: { release: 'prometheus' } },
    drain: '60s',
  },
  {
    autoscaling: { minReplicas: 1, maxReplicas: 3, targetCPUPercent: 70, targetInFlight: 100 },
    disruptionBudget: { minAvailable: 1 },
    networkPolicy: {
      from: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } }],
    },
  },
]

/** Every value of the chart, none of them its default. */
const everyValue = {
  image: {
    repository: 'registry.example.com/fairlead',
    tag: '1',
    digest: `sha256:${'0'.repeat(64)}`,
    pullPolicy: 'Always',
  },
  imagePullSecrets: [{ name: 'registry' }],
  operator: {
    replicas: 3,
    logLevel: 'debug',
    resources: { ...amounts, claims: [] },
    nodeSelector: { disk: 'fast' },
    tolerations: [{ key: 'llm', operator: 'Exists' }],
    affinity: { podAntiAffinity: {} },
    podAnnotations: { note: 'kept' },
    podLabels: { team: 'platform' },
    priorityClassName: 'system-cluster-critical',
  },
  webhooks: { enabled: true, failurePolicy: 'Fail', port: 10250 },
  rbac: { aggregate: false },
  networkPolicy: { enabled: true, from: [peer], egressPorts: [8443] },
  serviceMonitor: { enabled: true, interval: '15s', labels: { release: 'prometheus' } },
  dashboards: {
    enabled: true,
    namespace: 'default',
    labels: { grafana_dashboard: '2' },
    annotations: { folder: 'models' },
  },
  alerts: { enabled: true, labels: { release: 'prometheus' } },
  gateway: { create: true, name: 'main', spec: { deployment: deployments[0] } },
  global: { region: 'here' },
}

const ServiceMonitor: ResourceType = {
  group: 'monitoring.coreos.com',
  version: 'v1',
  kind: 'ServiceMonitor',
  plural: 'servicemonitors',
  namespaced: true,
}

const PrometheusRule: ResourceType = {
  ...ServiceMonitor,
  kind: 'PrometheusRule',
  plural: 'prometheusrules',
}

/** Judged by the schemas of the API server, which is told to refuse what these do not have. */
describe('the manifests', { timeout: timeoutMs }, () => {
  let cluster: Cluster
  beforeAll(async () => {
    const others = [...optionalKinds, ServiceMonitor, PrometheusRule].map((type) =>
      openDefinition(type),
    )
    cluster = await openCluster({ server: 'in-process', crds: [...definitions, ...others] })
  }, timeoutMs)
  afterAll(() => cluster[Symbol.asyncDispose](), timeoutMs)

  const fileOf = (name: string, text: string) => {
    const file = join(cluster.folder, name)
    writeFileSync(file, text)
    return file
  }
  const valuesOf = (values: object) => ['--values', fileOf('values.json', JSON.stringify(values))]
  const rendered = async (values: object) => {
    const release = ['fairlead', chart, '--namespace', namespace]
    const text = await cluster.helm('template', ...release, ...valuesOf(values))
    const documents = parseAllDocuments(text.replaceAll(/^level=INFO .*\n/gm, ''))
    return documents.map((document) => document.toJS() as JsonObject | null).filter(isJsonObject)
  }
  /** What kubectl says of objects besides that it would create them. */
  const faultsOf = async (objects: readonly object[]) => {
    const file = fileOf('objects.yaml', objects.map((each) => stringify(each)).join('---\n'))
    const strictly = ['--dry-run=server', '--validate=strict']
    const { stdout, stderr } = await cluster.kubectl.run(['create', ...strictly, '-f', file])
    const created = stdout.match(/ created \(server dry run\)$/gm) ?? []
    return created.length === objects.length ? stderr : `${stderr}${created.length} were accepted`
  }

  it('of the chart with its defaults are accepted, as safe as restricted Pods are', async () => {
    expect(await faultsOf(await rendered({}))).toBe('')
  })

  it('of the chart with every value are accepted, as safe as restricted Pods are', async () => {
    const objects = await rendered(everyValue)
    expect(objects.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining([
        'ConfigMap',
        'Deployment',
        'Job',
        'LLMGateway',
        'Pod',
        'PrometheusRule',
        'ServiceMonitor',
      ]),
    )
    expect(await faultsOf(objects)).toBe('')
    expect(await cluster.helm('lint', '--strict', chart, ...valuesOf(everyValue))).toContain(
      '0 chart(s) failed',
    )
  })

  it('would not be with a field that is unknown, or with a Pod that may do more', async () => {
    const [deployment, ...others] = (await rendered({})).filter(({ kind }) => kind === 'Deployment')
    expect(others).toEqual([])
    const { spec, ...rest } = deployment as { readonly spec: JsonObject }
    expect(await faultsOf([{ ...rest, spec: { ...spec, replicaz: 2 } }])).toContain(
      'unknown field "spec.replicaz"',
    )
    const { spec: podSpec, ...template } = spec['template'] as { readonly spec: object }
    const free = { ...template, spec: { ...podSpec, hostNetwork: true } }
    const warned = await faultsOf([{ ...rest, spec: { ...spec, template: free } }])
    expect(warned).toContain('would violate PodSecurity "restricted:latest"')
  })

  it('are those of every value that the chart has', () => {
    const schema = JSON.parse(readFileSync(join(chart, 'values.schema.json'), 'utf8')) as JsonObject
    const given = givenPaths(everyValue)
    expect(fieldPaths(schema).filter((path) => !given.includes(path))).toEqual([])
  })

  it('are those of every field that a deployment has', () => {
    const [version] = LLMGateway.crd.spec.versions
    const schema =
      version?.schema?.openAPIV3Schema?.properties?.['spec']?.properties?.['deployment']
    if (!isJsonObject(schema)) throw new Error('an LLMGateway has no spec.deployment')
    const given = deployments.flatMap((each) => givenPaths(each))
    const isGiven = (path: string) => given.some((one) => one === path || one.startsWith(path))
    expect(fieldPaths(schema).filter((path) => !isGiven(path))).toEqual([])
  })

  describe('that the operator applies, which refuses unknown fields in any case,', () => {
    beforeAll(async () => {
      const image = 'ghcr.io/fairlead/fairlead:1.2.3'
      const deploymentsOfOperator = { image, version: '1.2.3', optionalKinds }
      await cluster.environment.manager((manager) =>
        setupOperator(manager, {
          capabilities,
          kinds,
          logger: silentLogger,
          deployments: deploymentsOfOperator,
        }),
      )
    })

    it.each(deployments.map((deployment, index) => ({ name: `gateway-${index}`, deployment })))(
      'are accepted, and the Pods of $name run',
      async ({ name, deployment }) => {
        const { environment } = cluster
        const metadata = { namespace, name }
        await environment.install({
          apiVersion: 'fairlead.dev/v1beta1',
          kind: 'LLMGateway',
          metadata,
          spec: { deployment },
        })
        if ('parentRefs' in deployment) await actForOthers(`${name}-gateway`)
        await environment.waitFor(LLMGateway, metadata, ({ status }) => {
          const deployed = status?.conditions?.find(({ type }) => type === 'Deployed')
          expect(deployed).toMatchObject({ status: 'True' })
          expect(status?.deployment?.readyReplicas).toBe(status?.deployment?.replicas)
        })
      },
    )

    /** As the controllers of a Gateway and of a class of load balancers do. */
    async function actForOthers(name: string): Promise<void> {
      const { client } = cluster.environment
      const key = { namespace, name }
      const parent = {
        parentRef: { name: 'edge', namespace: 'edge', sectionName: 'https', port: 443 },
        conditions: [{ type: 'Accepted', status: 'True' }],
      }
      await cluster.environment.waitFor(HTTPRoute, key)
      const accepted = { type: 'merge' as const, body: { status: { parents: [parent] } } }
      await client.status.patch(HTTPRoute, key, accepted)
      const loadBalancer = { ingress: [{ ip: '192.0.2.7' }] }
      await cluster.environment.waitFor(Service, key)
      await client.status.patch(Service, key, { type: 'merge', body: { status: { loadBalancer } } })
    }
  })
})

import type { Deployment } from '@fairlead/kube-types'
import { type Installation, namesOf, type OperatorDescription } from './operator-description.ts'

/** What the pods of an operator are selected by. */
export function selectorOf({ name }: Pick<OperatorDescription, 'name'>) {
  return { 'app.kubernetes.io/name': name }
}

const ports = { webhooks: 9443, metrics: 8443, probes: 8081 }

/** The operator as two replicas, of which one leads, without any privilege. */
export function deployment(operator: OperatorDescription, installation: Installation): object {
  const { name } = operator
  const { namespace, image, replicas, resources } = installation
  const labels = selectorOf(operator)
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace, labels },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: {
          labels,
          annotations: { 'kubectl.kubernetes.io/default-container': 'manager' },
        },
        spec: {
          serviceAccountName: name,
          // More than the 30 s that the manager takes at most to stop.
          terminationGracePeriodSeconds: 40,
          securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
          containers: [
            {
              name: 'manager',
              image,
              args: [...argumentsOf(operator), ...installation.extraArgs],
              ports: portsOf(operator),
              livenessProbe: probe('/healthz', 15),
              readinessProbe: probe('/readyz', 5),
              resources,
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ['ALL'] },
              },
            },
          ],
        },
      },
    },
  } satisfies Omit<Deployment, 'spec'> & { readonly spec: object }
}

function argumentsOf(operator: OperatorDescription): readonly string[] {
  const { service, secret, configurationPrefix } = namesOf(operator)
  return [
    '--leader-elect',
    `--health-probe-bind-address=:${ports.probes}`,
    `--metrics-bind-address=:${ports.metrics}`,
    ...(operator.webhooks.length === 0
      ? []
      : [
          `--webhook-port=${ports.webhooks}`,
          `--webhook-service=${service}`,
          `--webhook-secret=${secret}`,
          `--webhook-configuration-prefix=${configurationPrefix}`,
        ]),
  ]
}

function portsOf({ webhooks }: OperatorDescription): readonly object[] {
  return [
    { name: 'metrics', containerPort: ports.metrics },
    { name: 'probes', containerPort: ports.probes },
    ...(webhooks.length === 0 ? [] : [{ name: 'webhooks', containerPort: ports.webhooks }]),
  ]
}

function probe(path: string, initialDelaySeconds: number): object {
  return { httpGet: { path, port: 'probes' }, initialDelaySeconds, periodSeconds: 10 }
}

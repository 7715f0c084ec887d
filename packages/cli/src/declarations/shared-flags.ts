import type { FlagDeclaration } from './declaration.ts'

/** Of every command. */
export const everyCommandsFlags: readonly FlagDeclaration[] = [
  {
    name: 'log-level',
    value: 'LEVEL',
    description: 'what is logged on standard error',
    default: 'info',
    hasVariable: true,
    choices: ['debug', 'info', 'warn', 'error', 'silent'],
  },
  {
    name: 'log-format',
    value: 'FORMAT',
    description: 'how it is logged',
    default: 'text on a terminal, json elsewhere',
    hasVariable: true,
    choices: ['text', 'json'],
  },
  { name: 'help', short: 'h', description: 'print what the command does, and its flags' },
]

/** Of commands that keep state, or work with the state of a Fairlead that runs. */
export const dataDir: FlagDeclaration = {
  name: 'data-dir',
  value: 'DIR',
  description: 'directory for state',
  default: '.fairlead',
  hasVariable: true,
  completes: 'directory',
}

/** Of commands that find a running Fairlead in its data directory. */
export const dataDirOfRunning: FlagDeclaration = {
  ...dataDir,
  description: 'directory of a running fairlead up',
}

export const apiPort: FlagDeclaration = {
  name: 'api-port',
  value: 'PORT',
  description: 'port of the API server; 0 picks a free one',
  default: '7443',
  hasVariable: true,
}

export const gatewayPort: FlagDeclaration = {
  name: 'gateway-port',
  value: 'PORT',
  description: 'port of the gateway; 0 picks a free one',
  default: '8080',
  hasVariable: true,
}

export const adminPort: FlagDeclaration = {
  name: 'admin-port',
  value: 'PORT',
  description: 'port of metrics and probes; 0 picks a free one',
  default: '9464',
  hasVariable: true,
}

export const adminHosts: FlagDeclaration = {
  name: 'admin-hosts',
  value: 'NAMES',
  description:
    'names, beside IP addresses and localhost, under which the admin port may be asked, separated by commas',
  hasVariable: true,
}

export const host: FlagDeclaration = {
  name: 'host',
  value: 'ADDRESS',
  description: 'address to listen on',
  default: '127.0.0.1',
  hasVariable: true,
}

/** The cluster of a part that runs alone, or of a command that asks one. */
export const kubeconfig: FlagDeclaration = {
  name: 'kubeconfig',
  value: 'FILE',
  description: 'the cluster',
  default: "the Pod's own, else that of kubectl",
  hasVariable: true,
  completes: 'file',
}

/** The cluster of a command that may mean the Fairlead of the data directory. */
export const kubeconfigOrRunning: FlagDeclaration = {
  ...kubeconfig,
  default: 'that of the data directory, else that of kubectl',
}

export const gateway: FlagDeclaration = {
  name: 'gateway',
  value: 'NS/NAME',
  description: 'the LLMGateway to serve',
  default: 'default/default',
  hasVariable: true,
}

export const replica: FlagDeclaration = {
  name: 'replica',
  value: 'NAME',
  description: 'name of this gateway in reports',
  default: 'host name and port',
  hasVariable: true,
}

export const workers: FlagDeclaration = {
  name: 'workers',
  value: 'N',
  description: 'gateway processes, 1 to 64',
  default: 'spec.workers of the LLMGateway, else 1 for up, one per core and at most 8 for gateway',
  hasVariable: true,
}

export const drain: FlagDeclaration = {
  name: 'drain',
  value: 'DURATION',
  description: 'how long calls in progress may take when a stop is requested, at most 1h',
  default: '20s',
  hasVariable: true,
}

export const shutdownDelay: FlagDeclaration = {
  name: 'shutdown-delay',
  value: 'DURATION',
  description:
    'gateway only: how long a stopping gateway, no longer ready, still takes connections, before --drain begins, at most 1h',
  default: '0s',
  hasVariable: true,
}

export const namedSecrets: FlagDeclaration = {
  name: 'named-secrets',
  description:
    'gateway only: read each Secret that the configuration names by its name, as roles with resourceNames allow, and not all of the cluster',
  hasVariable: true,
}

export const gatewayImage: FlagDeclaration = {
  name: 'gateway-image',
  value: 'IMAGE',
  description: 'operator only: image of the gateways whose spec.deployment names none',
  default: 'ghcr.io/fairlead/fairlead of this version',
  hasVariable: true,
}

export const webhookService: FlagDeclaration = {
  name: 'webhook-service',
  value: 'NS/NAME',
  description:
    'operator only: the Service at which the API server finds its webhooks; without it there are none',
  hasVariable: true,
}

export const webhookFailurePolicy: FlagDeclaration = {
  name: 'webhook-failure-policy',
  value: 'POLICY',
  description:
    'operator only: whether a write that no operator can judge fails; who publishes is always asked',
  default: 'Ignore',
  choices: ['Fail', 'Ignore'],
  hasVariable: true,
}

export const webhookPort: FlagDeclaration = {
  name: 'webhook-port',
  value: 'PORT',
  description: 'operator only: port of the webhooks; 0 picks a free one',
  default: '9443',
  hasVariable: true,
}

export const manifests: FlagDeclaration = {
  name: 'manifests',
  value: 'DIR',
  description: 'gateway only: read resources from files, reloaded on change',
  hasVariable: true,
  completes: 'directory',
}

export const noQuickstart: FlagDeclaration = {
  name: 'no-quickstart',
  description: 'up only: do not apply the quickstart resources at the first start',
  hasVariable: true,
}

/** Where a running gateway is asked. */
export const adminURL: FlagDeclaration = {
  name: 'url',
  value: 'URL',
  description: "the gateway's admin port",
  default: 'the one of the data directory',
  hasVariable: true,
}

export const output: FlagDeclaration = {
  name: 'output',
  short: 'o',
  value: 'FORMAT',
  description: 'how the answer is printed',
  default: 'text',
  choices: ['text', 'json'],
}

/** With which each part of Fairlead can be started, whether they concern it or not. */
export const servingFlags: readonly FlagDeclaration[] = [
  dataDir,
  apiPort,
  gatewayPort,
  adminPort,
  adminHosts,
  host,
  { ...kubeconfig, description: 'use this cluster instead of the embedded API server' },
  gateway,
  replica,
  workers,
  drain,
  shutdownDelay,
  namedSecrets,
  gatewayImage,
  webhookService,
  webhookPort,
  webhookFailurePolicy,
  manifests,
  noQuickstart,
]

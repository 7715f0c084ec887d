import type { FlagDefinition, FlagTable } from './go-flags.ts'

const needless = (type: FlagDefinition['type'], text: string): FlagDefinition => ({
  type,
  treatment: 'needless',
  text,
})

const alone = 'there is one member'
const notStored = 'the API server keeps the objects itself'

/** The flags of etcd 3.5 that envtest and tests of operators give. */
export const etcdFlags: FlagTable = {
  'data-dir': {
    type: 'text',
    treatment: 'obeyed',
    text: 'directory in which the API server keeps its objects',
  },
  help: { type: 'boolean', treatment: 'obeyed', text: 'print this' },
  'listen-client-urls': {
    type: 'list',
    treatment: 'obeyed',
    text: 'where to answer, http://HOST:PORT (default http://localhost:2379)',
  },
  version: { type: 'boolean', treatment: 'obeyed', text: 'print what this is' },

  'advertise-client-urls': needless('list', alone),
  'auto-compaction-mode': needless('text', notStored),
  'auto-compaction-retention': needless('text', notStored),
  'initial-advertise-peer-urls': needless('list', alone),
  'initial-cluster': needless('text', alone),
  'listen-peer-urls': needless('list', alone),
  'log-level': needless('text', 'the log has one level'),
  'max-request-bytes': needless('text', notStored),
  name: needless('text', alone),
  'quota-backend-bytes': needless('text', notStored),
  'snapshot-count': needless('text', notStored),
  'unsafe-no-fsync': needless('boolean', 'no change waits for the disk to flush'),
}

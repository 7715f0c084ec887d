import { etcdFlags } from './etcd-flags.ts'
import { runEtcdStandIn } from './etcd-stand-in.ts'
import { runProgram } from './run-program.ts'

const code = await runProgram({
  name: 'etcd',
  about:
    'Stands in for etcd beside the kube-apiserver of Fairlead, whose objects are in its data directory.',
  version: 'etcd Version: none (Fairlead)',
  flags: etcdFlags,
  run: runEtcdStandIn,
})
process.exit(code)

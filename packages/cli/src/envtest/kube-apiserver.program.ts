import { kubeApiServerFlags } from './kube-apiserver-flags.ts'
import { runProgram } from './run-program.ts'

const code = await runProgram({
  name: 'kube-apiserver',
  about: 'The Kubernetes API server of Fairlead, with the flags of kube-apiserver.',
  version: 'Kubernetes v1.32.4+fairlead',
  flags: kubeApiServerFlags,
  async run(flags, signal, say) {
    // Whoever starts it asks for its help first: that must not wait for the whole server.
    const { runKubeApiServerStandIn } = await import('./kube-apiserver-stand-in.ts')
    await runKubeApiServerStandIn(flags, signal, say)
  },
})
process.exit(code)

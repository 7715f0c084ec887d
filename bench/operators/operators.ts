import { fileURLToPath } from 'node:url'
import { findProgram } from '../../tools/programs/find-program.ts'
import { clientNode } from './client-node-module.ts'
import { goOperator } from './go-operator.ts'
import type { OperatorArguments } from './operator-terms.ts'

/** What starts an operator. */
export interface OperatorCommand {
  readonly command: string
  readonly args: readonly string[]
}

/** A way to write an operator. */
export interface BenchedOperator {
  /** Names its row. */
  readonly name: string
  /** Finds or fetches what it stands on; rejects when that cannot be had. */
  readonly provide: () => Promise<(options: OperatorArguments) => OperatorCommand>
}

const programOf = (name: string) => fileURLToPath(new URL(name, import.meta.url))

/** The same operator with each of them, the one that ratios refer to first. */
export const operators: readonly BenchedOperator[] = [
  {
    name: 'fairlead',
    provide: () =>
      Promise.resolve((options) => ({
        command: process.execPath,
        args: ['--conditions=source', programOf('fairlead.program.ts'), ...textOf(options)],
      })),
  },
  {
    name: 'client-node',
    provide: async () => {
      const module = await findProgram(clientNode)
      return (options) => ({
        command: process.execPath,
        args: [programOf('client-node.program.ts'), module, ...textOf(options)],
      })
    },
  },
  {
    name: 'controller-runtime (Go)',
    provide: async () => {
      const command = await findProgram(goOperator)
      return (options) => ({ command, args: textOf(options) })
    },
  },
]

function textOf({ kubeconfig, namespace, objects, report }: OperatorArguments): string[] {
  return [kubeconfig, namespace, String(objects), report]
}

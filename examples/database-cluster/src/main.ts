import { runOperator } from '@fairlead/controller-runtime'

import { setup } from './operator.ts'

await runOperator({ name: 'database-cluster-operator', setup })

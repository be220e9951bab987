// A shop whose database address carries its port twice.
const { App, Stack, Stage, Validations, aws_ec2: ec2, aws_ecs: ecs, aws_rds: rds } = require('aws-cdk-lib');
const { IaclintPlugin } = require('../..');

class Shop extends Stack {
  constructor(scope, id) {
    super(scope, id);
    const vpc = new ec2.Vpc(this, 'Vpc', { maxAzs: 2 });
    const database = new rds.DatabaseInstance(this, 'Database', {
      vpc,
      engine: rds.DatabaseInstanceEngine.postgres({ version: rds.PostgresEngineVersion.VER_16 }),
    });
    const task = new ecs.FargateTaskDefinition(this, 'Task');
    task.addContainer('api', {
      image: ecs.ContainerImage.fromRegistry('nginx'),
      environment: {
        DATABASE_URL: `postgres://shop@${database.instanceEndpoint.socketAddress}:5432/shop`,
      },
    });
    const service = new ecs.FargateService(this, 'Service', {
      cluster: new ecs.Cluster(this, 'Cluster', { vpc }),
      taskDefinition: task,
      minHealthyPercent: 100,
    });
    database.connections.allowDefaultPortFrom(service);
    this.task = task;
  }
}

const app = new App();
const shop = new Shop(app, 'Shop');
const staged = new Shop(new Stage(app, 'Prod'), 'Shop');
Validations.of(app).addPlugins(new IaclintPlugin({ select: ['endpoint-port-duplicated'] }));
if (process.env.ACKNOWLEDGED) {
  for (const { task } of [shop, staged]) {
    const reason = 'the proxy in front takes the second port for its own';
    Validations.of(task).acknowledge({ id: 'iaclint::endpoint-port-duplicated', reason });
  }
}

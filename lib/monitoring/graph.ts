import { GraphWidget, type GraphWidgetProps } from 'aws-cdk-lib/aws-cloudwatch';

/** Returns a graph of a third of the dashboard's width, with an axis that starts at zero. */
export function graph(title: string, props: GraphWidgetProps): GraphWidget {
  return new GraphWidget({
    title,
    width: 8,
    height: 6,
    leftYAxis: { min: 0, showUnits: false },
    ...props,
  });
}

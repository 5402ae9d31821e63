// topicctl's assigners and rebalancer without a cluster: SNAPSHOT OUT.
//
// Per topic what `topicctl apply --rebalance` does with a cross-rack placement: the cross-rack
// assigner, then the frequency rebalancer, with ties broken by use of the whole cluster. Exit 3 with
// the message where it refuses.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/segmentio/topicctl/pkg/admin"
	"github.com/segmentio/topicctl/pkg/apply/assigners"
	"github.com/segmentio/topicctl/pkg/apply/pickers"
	"github.com/segmentio/topicctl/pkg/apply/rebalancers"
	"github.com/segmentio/topicctl/pkg/config"
)

type row struct {
	Workload struct {
		Drain []int `json:"drain"`
	} `json:"workload"`
	Broker     *int    `json:"broker"`
	Zone       string  `json:"zone"`
	Topic      *string `json:"topic"`
	Partitions []struct {
		Partition int   `json:"partition"`
		Replicas  []int `json:"replicas"`
	} `json:"partitions"`
}

type target struct {
	Topic     string `json:"topic"`
	Partition int    `json:"partition"`
	Replicas  []int  `json:"replicas"`
}

func read(path string) (brokers []admin.BrokerInfo, topics []admin.TopicInfo, drain []int, err error) {
	file, err := os.Open(path)
	if err != nil {
		return
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<28)
	for lines.Scan() {
		var r row
		if err = json.Unmarshal(lines.Bytes(), &r); err != nil {
			return
		}
		if r.Broker != nil {
			brokers = append(brokers, admin.BrokerInfo{ID: *r.Broker, Rack: r.Zone})
		} else if r.Topic != nil {
			topic := admin.TopicInfo{Name: *r.Topic}
			for _, p := range r.Partitions {
				topic.Partitions = append(topic.Partitions, admin.PartitionInfo{
					Topic: *r.Topic, ID: p.Partition, Leader: p.Replicas[0], Replicas: p.Replicas})
			}
			topics = append(topics, topic)
		} else {
			drain = r.Workload.Drain
		}
	}
	err = lines.Err()
	return
}

func plan(brokers []admin.BrokerInfo, topics []admin.TopicInfo, drain []int) ([]target, error) {
	picker := pickers.NewClusterUsePicker(brokers, topics)
	assigner := assigners.NewCrossRackAssigner(brokers, picker)
	rebalancer := rebalancers.NewFrequencyRebalancer(brokers, picker,
		config.TopicPlacementConfig{Strategy: config.PlacementStrategyCrossRack})
	var targets []target
	for _, topic := range topics {
		assigned, err := assigner.Assign(topic.Name, topic.ToAssignments())
		if err != nil {
			return nil, fmt.Errorf("%s: %w", topic.Name, err)
		}
		assigned, err = rebalancer.Rebalance(topic.Name, assigned, drain)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", topic.Name, err)
		}
		for _, a := range assigned {
			targets = append(targets, target{topic.Name, a.ID, a.Replicas})
		}
	}
	return targets, nil
}

func main() {
	brokers, topics, drain, err := read(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	start := time.Now()
	targets, err := plan(brokers, topics, drain)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(3)
	}
	fmt.Fprintln(os.Stderr, "solve_ms", time.Since(start).Milliseconds())
	text, err := json.Marshal(map[string]any{"version": 1, "partitions": targets})
	if err == nil {
		err = os.WriteFile(os.Args[2], text, 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

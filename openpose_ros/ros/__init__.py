"""ROS 2: messages to and from the other rooms, and the nodes. The only room that imports rclpy."""
